package dev.caprock.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses a receiver may have: public ones, and those that the operator allows. What is not public follows the IANA
 * registries of special-purpose addresses (RFC 6890), looked at on 2026-11-22.
 */
record Addresses(List<Network> allowed) {

    private static final List<Network> NOT_PUBLIC = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link-local, with the clouds' metadata
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // relays of 6to4
                    "192.168.0.0/16", // private
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, and broadcast
                    "2001::/23", // protocol assignments, with Teredo
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4, which reaches any IPv4 address
                    "3fff::/20") // documentation
            .map(Network::parse)
            .toList();

    /**
     * The only IPv6 addresses that are public. Outside are loopback, unspecified, private (fc00::/7), link-local, multicast, and the
     * forms that carry any IPv4 address: mapped, compatible, and NAT64.
     */
    private static final Network GLOBAL_UNICAST = Network.parse("2000::/3");

    boolean allow(InetAddress address) {
        return isPublic(address) || allowed.stream().anyMatch(network -> network.contains(address));
    }

    private static boolean isPublic(InetAddress address) {
        boolean may = address instanceof Inet4Address || GLOBAL_UNICAST.contains(address);
        return may && NOT_PUBLIC.stream().noneMatch(network -> network.contains(address));
    }
}
