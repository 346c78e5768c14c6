package dev.caprock.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks names up in bounded time, on a few threads of their own. The system's resolver blocks in native code, which would hold a
 * virtual thread's carrier, and who chooses a receiver chooses its name server too: one that never answers, at worst.
 */
final class LookUps {

    private static final int THREADS = 8;
    private static final int WAITING = 64;

    private final DnsResolver resolver;
    private final Duration limit;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("webhook-look-up-", 0).factory());

    /** @param limit for one look-up, with the wait for a thread */
    LookUps(DnsResolver resolver, Duration limit) {
        this.resolver = resolver;
        this.limit = limit;
        threads.allowCoreThreadTimeOut(true);
    }

    /** @throws UnknownHostException also when it takes too long, or when too many wait */
    InetAddress[] resolve(String host) throws UnknownHostException {
        var lookUp = new FutureTask<>(() -> resolver.resolve(host));
        try {
            threads.execute(lookUp);
            return lookUp.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | TimeoutException | ExecutionException unanswered) {
            throw unknown(host, unanswered);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw unknown(host, interruption);
        } finally {
            threads.remove(lookUp); // nobody waits for it any more
        }
    }

    private static UnknownHostException unknown(String host, Exception cause) {
        var unknown = new UnknownHostException(host);
        unknown.initCause(cause);
        return unknown;
    }
}
