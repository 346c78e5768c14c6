package dev.caprock.journal;

/** Where UTF-8 may be cut. */
final class CharacterBoundary {

    private CharacterBoundary() {}

    /** The largest cut in {@code from..end} that leaves no unfinished character before it; at most 3 less than {@code end}. */
    static int before(byte[] bytes, int from, int end) {
        for (int back = 1; back <= 3 && end - back >= from; back++) {
            int octet = bytes[end - back] & 0xFF;
            if (octet < 0x80) {
                return end;
            }
            if (octet >= 0xC0) {
                return lengthStartedBy(octet) > back ? end - back : end;
            }
        }
        return end;
    }

    /** How long the character is that starts with this octet; 1 for octets that start none. */
    private static int lengthStartedBy(int octet) {
        if (octet < 0xC2 || octet > 0xF4) {
            return 1;
        }
        return octet < 0xE0 ? 2 : octet < 0xF0 ? 3 : 4;
    }
}
