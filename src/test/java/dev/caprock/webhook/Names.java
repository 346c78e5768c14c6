package dev.caprock.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.hc.client5.http.DnsResolver;

/** A made-up name service. What it says may change with each question; the last answer stays. */
final class Names implements DnsResolver {

    private final Map<String, List<String>> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();
    private final CountDownLatch answering = new CountDownLatch(1);

    /** @param each addresses separated by blanks, one text for each question */
    Names say(String host, String... each) {
        answers.put(host, new ArrayList<>(List.of(each)));
        return this;
    }

    /** Never answers for a host, until a test lets it. */
    Names hang(String host) {
        hanging.add(host);
        return this;
    }

    void answerAll() {
        answering.countDown();
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        while (hanging.contains(host) && answering.getCount() > 0) { // as native code does, heeding no interruption
            try {
                answering.await();
            } catch (InterruptedException ignored) {
                continue;
            }
        }
        return answer(host);
    }

    private synchronized InetAddress[] answer(String host) throws UnknownHostException {
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
