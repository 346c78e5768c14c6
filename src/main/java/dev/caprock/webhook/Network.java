package dev.caprock.webhook;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * All addresses that begin with the same bits.
 *
 * @param address one of them
 * @param bits how many bits they share
 */
record Network(InetAddress address, int bits) {

    Network {
        int width = address.getAddress().length * Byte.SIZE;
        if (bits < 0 || bits > width) {
            throw new IllegalArgumentException(
                    "a network of such addresses has 0 to %d bits, not %d".formatted(width, bits));
        }
    }

    /** Reads {@code 10.0.0.0/8}, or an address alone. Names are not looked up. */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int width = address.getAddress().length * Byte.SIZE;
        return new Network(address, slash < 0 ? width : Integer.parseInt(text.substring(slash + 1)));
    }

    boolean contains(InetAddress other) {
        byte[] own = address.getAddress();
        byte[] theirs = other.getAddress();
        int rest = own.length * Byte.SIZE - bits;
        return own.length == theirs.length && Arrays.equals(prefix(own, rest), prefix(theirs, rest));
    }

    private static byte[] prefix(byte[] address, int rest) {
        return new BigInteger(1, address).shiftRight(rest).toByteArray();
    }
}
