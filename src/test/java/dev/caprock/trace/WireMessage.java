package dev.caprock.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A protobuf message, as far as OTLP needs it: its fields by number, in the order in which they came. */
record WireMessage(Map<Integer, List<Object>> fields) {

    static WireMessage read(byte[] bytes) {
        var fields = new LinkedHashMap<Integer, List<Object>>();
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = number(in);
            Object value = switch ((int) (key & 7)) {
                case 0 -> number(in);
                case 1 -> in.getLong();
                case 2 -> bytes(in);
                case 5 -> (long) in.getInt();
                default -> throw new IllegalArgumentException("no wire type of OTLP: " + (key & 7));
            };
            fields.computeIfAbsent((int) (key >>> 3), number -> new ArrayList<>())
                    .add(value);
        }
        return new WireMessage(fields);
    }

    private static long number(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[(int) number(in)];
        in.get(bytes);
        return bytes;
    }

    List<WireMessage> messages(int field) {
        return all(field).stream().map(value -> read((byte[]) value)).toList();
    }

    String text(int field) {
        return all(field).isEmpty() ? "" : new String((byte[]) all(field).getFirst(), StandardCharsets.UTF_8);
    }

    String hex(int field) {
        return all(field).isEmpty()
                ? ""
                : HexFormat.of().formatHex((byte[]) all(field).getFirst());
    }

    long number(int field) {
        return all(field).isEmpty() ? 0 : (Long) all(field).getFirst();
    }

    private List<Object> all(int field) {
        return fields.getOrDefault(field, List.of());
    }
}
