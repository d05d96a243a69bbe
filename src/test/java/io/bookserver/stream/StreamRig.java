package io.bookserver.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.BookRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A registry, a fan-out and connections without sockets, all on the thread of the test: nothing moves before
 * {@link Line#run}, and a line that is stalled takes no bytes from its buffer.
 *
 * <p><i>Not thread-safe; confined to its test.</i>
 */
final class StreamRig {
    /** Limits that a test makes small; times are long enough to play no part. */
    record Limits(int maxMarketsPerConnection, int maxCommandsPerSecond, long writeBufferBytes, int maxQueuedPublications)
            implements StreamConfig {
        static final Limits WIDE = new Limits(1_000, 1_000, 1 << 18, 65_536);

        @Override
        public int maxConnections() {
            return 10;
        }

        @Override
        public Duration pingInterval() {
            return Duration.ofSeconds(10);
        }

        @Override
        public Duration maxQueueDelay() {
            return Duration.ofMillis(100);
        }

        @Override
        public int maxMissedPongs() {
            return 3;
        }

        @Override
        public Duration idleTimeout() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration maxUnreadTime() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration drainAfter() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration closeGrace() {
            return Duration.ofSeconds(5);
        }

        @Override
        public MemorySize writeBufferSize() {
            return new MemorySize(BigInteger.valueOf(writeBufferBytes));
        }

        @Override
        public MemorySize socketBufferSize() {
            return writeBufferSize();
        }

        @Override
        public Optional<Set<String>> apiKeys() {
            return Optional.empty();
        }

        @Override
        public Optional<Set<String>> allowedOrigins() {
            return Optional.empty();
        }
    }

    /** A connection and its client. */
    final class Line {
        private final Tap tap = new Tap();
        private final EmbeddedChannel channel = new EmbeddedChannel(tap, new ChannelInboundHandlerAdapter());
        private final StreamClient client = new StreamClient(null, held -> { });
        private final List<Integer> closeCodes = new ArrayList<>();
        private final Session session =
                new Session(channel.pipeline().lastContext(), fanOut, limits);

        Session session() {
            return session;
        }

        Shard shard() {
            return session.shard();
        }

        StreamClient client() {
            return client;
        }

        EmbeddedChannel channel() {
            return channel;
        }

        List<Integer> closeCodes() {
            return closeCodes;
        }

        /** Carries out a command and gives back what was sent. */
        List<JsonNode> command(String text) throws IOException {
            client.note(text);
            session.command(text);
            return run();
        }

        /** Runs what is due on the event loop, and gives back what was sent. */
        List<JsonNode> run() throws IOException {
            channel.runPendingTasks();
            List<JsonNode> frames = new ArrayList<>();
            for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
                if (sent instanceof TextWebSocketFrame text) {
                    frames.add(client.apply(text.content().toString(StandardCharsets.UTF_8)));
                } else if (sent instanceof CloseWebSocketFrame close) {
                    closeCodes.add(close.statusCode());
                } else if (!(sent instanceof PingWebSocketFrame)) {
                    throw new AssertionError("a frame of a kind that is never sent: " + sent);
                }
                ReferenceCountUtil.release(sent);
            }
            return frames;
        }

        List<JsonNode> after(Duration time) throws IOException {
            channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
            return run();
        }

        void stall() {
            tap.stalled = true;
        }

        /** The client reads again: everything that was written goes out, and what waited after it. */
        List<JsonNode> read() throws IOException {
            tap.stalled = false;
            channel.flush();
            return run();
        }
    }

    /** Holds back what is flushed. */
    private static final class Tap extends ChannelDuplexHandler {
        private boolean stalled;

        @Override
        public void flush(ChannelHandlerContext context) {
            if (!stalled) {
                context.flush();
            }
        }
    }

    private final AtomicLong aheadMs = new AtomicLong();
    private final BookRegistry registry = new BookRegistry(() -> System.currentTimeMillis() + aheadMs.get());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Limits limits;
    private final FanOut fanOut;
    private final Records records = new Records(registry);

    StreamRig(Limits limits) {
        this.limits = limits;
        StreamMetrics metrics = new StreamMetrics(meters);
        this.fanOut = new FanOut(registry, limits, metrics);
        metrics.watch(fanOut);
        registry.addListener(fanOut);
    }

    Line connect() {
        return new Line();
    }

    /** Lets the clock of the books run ahead; what is due on the event loops stays where it is. */
    void passes(Duration time) {
        aheadMs.addAndGet(time.toMillis());
    }

    BookRegistry registry() {
        return registry;
    }

    FanOut fanOut() {
        return fanOut;
    }

    Records records() {
        return records;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }
}
