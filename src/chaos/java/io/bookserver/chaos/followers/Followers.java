package io.bookserver.chaos.followers;

import io.bookserver.chaos.oracle.Oracle;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The clients of a run, each with markets of its own choice.
 *
 * <p><i>Thread-safe.</i>
 */
public final class Followers implements AutoCloseable {
    public final AtomicLong messages = new AtomicLong();
    public final AtomicLong connections = new AtomicLong();
    public final AtomicLong aborts = new AtomicLong();
    private final List<Follower> all = new ArrayList<>();

    /** @param choice the markets of the follower of that number, asked for at each connection */
    public Followers(int count, URI server, Function<Integer, List<String>> choice, Oracle oracle) {
        for (int i = 0; i < count; i++) {
            int number = i;
            all.add(new Follower("follower-" + i, server, () -> choice.apply(number), oracle, messages, connections, false));
        }
    }

    /**
     * Further ones that do not read for seconds, again and again, so that changes are withheld from them. What they have not read
     * waits at the server as far as possible: it is little that the system takes in for them (see {@link #takeInLittle}).
     *
     * @param server past all links, which would take in more
     */
    public void addSlow(int count, URI server, Supplier<List<String>> tickers, Oracle oracle) {
        for (int i = 0; i < count; i++) {
            all.add(new Follower("slow-follower-" + i, server, tickers, oracle, messages, connections, true));
        }
    }

    /** For this process; before its first client. */
    public static void takeInLittle() {
        System.setProperty("jdk.httpclient.receiveBufferSize", "16384");
    }

    /** So many of them, or all if there are fewer, end without a word and come back. */
    public void abortSome(SplittableRandom random, int count) {
        for (int i = 0; i < Math.min(count, all.size()); i++) {
            all.get(random.nextInt(all.size())).abort();
            aborts.incrementAndGet();
        }
    }

    @Override
    public void close() {
        all.forEach(Follower::close);
    }
}
