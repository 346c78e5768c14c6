package dev.caprock.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.client5.http.DnsResolver;

/** A made-up name service. What it says may change with each question; the last answer stays. */
final class Names implements DnsResolver {

    private final Map<String, List<String>> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();

    /** @param each addresses separated by blanks, one text for each question */
    Names say(String host, String... each) {
        answers.put(host, new ArrayList<>(List.of(each)));
        return this;
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public synchronized InetAddress[] resolve(String host) throws UnknownHostException {
        asked.add(host);
        List<String> left = answers.get(host);
        if (left == null) {
            try {
                return new InetAddress[] {InetAddress.ofLiteral(host)};
            } catch (IllegalArgumentException name) {
                throw new UnknownHostException(host);
            }
        }
        String answer = left.size() > 1 ? left.removeFirst() : left.getFirst();
        return List.of(answer.split(" ", -1)).stream()
                .map(InetAddress::ofLiteral)
                .toArray(InetAddress[]::new);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
