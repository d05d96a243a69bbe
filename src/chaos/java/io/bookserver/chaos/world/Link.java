package io.bookserver.chaos.world;

import io.bookserver.devbroker.EmbeddedBroker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.netcrusher.core.reactor.NioReactor;
import org.netcrusher.core.throttle.Throttler;
import org.netcrusher.core.throttle.rate.ByteRateThrottler;
import org.netcrusher.tcp.TcpCrusher;
import org.netcrusher.tcp.TcpCrusherBuilder;

/**
 * The network between two parts: whole, cut, held up, or slow.
 *
 * <p><i>Thread-safe: one lock.</i>
 */
public final class Link implements AutoCloseable {
    private static final int SLOW_BYTES_PER_SECOND = 20_000;

    private static final int BUFFERS = 4;
    private static final int BUFFER_BYTES = 1 << 14;

    private final String name;
    private final int port;
    private final TcpCrusher crusher;
    private final AtomicBoolean slow = new AtomicBoolean();

    Link(NioReactor reactor, String name, int to) {
        this.name = name;
        this.port = EmbeddedBroker.freePort();
        this.crusher = TcpCrusherBuilder.builder().withReactor(reactor).withBindAddress("127.0.0.1", port)
                .withConnectAddress("127.0.0.1", to).withTcpNoDelay(true)
                // for each connection; by default it would be 4 MB
                .withBufferCount(BUFFERS).withBufferSize(BUFFER_BYTES)
                .withIncomingThrottlerFactory(client -> throttler()).withOutgoingThrottlerFactory(client -> throttler())
                .buildAndOpen();
    }

    private Throttler throttler() {
        ByteRateThrottler limit = new ByteRateThrottler(SLOW_BYTES_PER_SECOND, 1, TimeUnit.SECONDS);
        return bytes -> slow.get() ? limit.calculateDelayNs(bytes) : Throttler.NO_DELAY_NS;
    }

    public String name() {
        return name;
    }

    /** Where one connects to. */
    public int port() {
        return port;
    }

    /** Ends all connections, wherever in a record or a frame they are; new ones are accepted at once. */
    public synchronized void breakConnections() {
        crusher.closeAllPairs();
    }

    /** Ends all connections and accepts none until {@link #restore}. */
    public synchronized void cut() {
        crusher.close();
    }

    /** Nothing passes, and nobody is told, until {@link #restore}. */
    public synchronized void hold() {
        crusher.freeze();
    }

    /** 20 kB/s each way for each connection, until {@link #restore}. */
    public void slow() {
        slow.set(true);
    }

    public synchronized void restore() {
        slow.set(false);
        if (!crusher.isOpen()) {
            crusher.open();
        } else if (crusher.isFrozen()) {
            crusher.unfreeze();
        }
    }

    @Override
    public synchronized void close() {
        if (crusher.isOpen()) {
            crusher.close();
        }
    }
}
