package io.bookserver.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.Records;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A registry, a fan-out and connections without sockets, all on the thread of the test: nothing happens before
 * {@link Line#run}, and a stalled line takes no bytes from its buffer.
 *
 * <p><i>Not thread-safe; confined to its test.</i>
 */
final class StreamRig {
    /** Limits that a test makes small; the times are too long to matter. */
    record Limits(int maxMarketsPerConnection, int maxCommandsPerSecond, long writeBufferBytes, int maxQueuedPublications)
            implements StreamConfig {
        static final Limits WIDE = new Limits(1_000, 1_000, 1 << 18, 65_536);

        @Override
        public long maxMarkets() {
            return 3L * maxMarketsPerConnection;
        }

        @Override
        public long maxUnknownMarkets() {
            return 2L * maxUnknownMarketsPerConnection();
        }

        @Override
        public int maxUnknownMarketsPerConnection() {
            return Math.max(1, maxMarketsPerConnection - 1);
        }

        @Override
        public int maxCommandBurst() {
            return maxCommandsPerSecond;
        }

        @Override
        public MemorySize maxCommandBytesPerSecond() {
            return new MemorySize(BigInteger.valueOf(100_000_000));
        }

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
        public MemorySize maxWaitingMessageSize() {
            return writeBufferSize();
        }

        @Override
        public MemorySize maxQueuedMessageSize() {
            return new MemorySize(BigInteger.valueOf(1 << 20));
        }

        @Override
        public MemorySize socketBufferSize() {
            return writeBufferSize();
        }

        @Override
        public boolean compression() {
            return false;
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
        private final Wire wire;
        private final EmbeddedChannel channel;
        private final StreamClient client = new StreamClient(null, held -> { });
        private final List<Integer> closeCodes = new ArrayList<>();
        private int pongs;
        private final Session session;
        private final StringBuilder fragments = new StringBuilder();

        private Line(PerMessageDeflate deflate, boolean legacy) {
            wire = new Wire(1 << 20, deflate);
            channel = new EmbeddedChannel(tap, wire) {
                @Override
                protected SocketAddress remoteAddress0() {
                    return REMOTE;
                }
            };
            session = new Session(wire, fanOut, limits, legacy);
        }

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

        /** Breaks the line; {@link #run} does the resulting work. An embedded channel's own close would cancel it. */
        void disconnect() {
            channel.pipeline().close();
        }

        List<Integer> closeCodes() {
            return closeCodes;
        }

        /** Executes a command and returns what was sent. */
        List<JsonNode> command(String text) throws IOException {
            client.note(text);
            receive(new TextWebSocketFrame(text));
            return run();
        }

        /** Receives a frame. */
        void receive(WebSocketFrame frame) {
            channel.writeInbound((Runnable) () -> {
                channel.pipeline().context(tap).fireChannelRead(frame);
                work();
            });
        }

        /** Runs what is due on the event loop, and returns what was sent. */
        List<JsonNode> run() throws IOException {
            List<JsonNode> frames = new ArrayList<>();
            if (channel.isOpen()) {
                channel.writeInbound((Runnable) this::work);
            } else {
                work();
            }
            for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
                read((ByteBuf) sent, frames);
                ReferenceCountUtil.release(sent);
            }
            return frames;
        }

        private void work() {
            do {
                channel.runPendingTasks();
            } while (shard().isWorking());
        }

        private void read(ByteBuf frame, List<JsonNode> frames) throws IOException {
            int head = frame.readUnsignedByte();
            int length = frame.readUnsignedByte();
            length = length == 126 ? frame.readUnsignedShort() : length == 127 ? (int) frame.readLong() : length;
            String payload = frame.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
            if (frame.isReadable()) {
                throw new AssertionError("a frame is as long as it says: head=" + head);
            }
            switch (head) {
                case Frames.TEXT -> frames.add(client.apply(payload));
                case Frames.COMPRESSED_TEXT -> frames.add(client.apply(new String(
                        Deflate.inflated(payload.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.UTF_8)));
                case Frames.TEXT_BEGINS, Frames.TEXT_GOES_ON -> fragments.append(payload);
                case Frames.TEXT_ENDS -> {
                    frames.add(client.apply(fragments.append(payload).toString()));
                    fragments.setLength(0);
                }
                case 0x88 -> closeCodes.add(payload.isEmpty() ? 1005 : payload.charAt(0) << 8 | payload.charAt(1));
                case 0x89 -> { }
                case 0x8a -> pongs++;
                default -> throw new AssertionError("a frame of a kind that is never sent: " + head);
            }
        }

        int pongs() {
            return pongs;
        }

        /** Advances time; the event loop does everything when it is due, to the second. */
        List<JsonNode> after(Duration time) throws IOException {
            List<JsonNode> frames = new ArrayList<>();
            for (long second = 0; second < time.toSeconds(); second++) {
                frames.addAll(afterStandingStill(Duration.ofSeconds(1)));
            }
            return frames;
        }

        /** Advances time while the event loop does nothing, as in a pause of the machine. */
        List<JsonNode> afterStandingStill(Duration time) throws IOException {
            channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
            return run();
        }

        void stall() {
            tap.stalled = true;
        }

        /** Lets the client read again, from the next flush on. */
        void unstall() {
            tap.stalled = false;
        }

        /** Lets the client read again: everything that was written is sent, and then what waited. */
        List<JsonNode> read() throws IOException {
            unstall();
            channel.writeInbound((Runnable) channel.pipeline()::flush);
            return run();
        }
    }

    /**
     * Holds back what is flushed. Tasks are run by passing them in like received data: an embedded channel whose tasks
     * are run from outside runs further ones within every write, which no event loop does.
     */
    private static final class Tap extends ChannelDuplexHandler {
        private boolean stalled;

        @Override
        public void channelRead(ChannelHandlerContext context, Object msg) {
            if (msg instanceof Runnable) {
                ((Runnable) msg).run();
            } else {
                context.fireChannelRead(msg);
            }
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            if (!stalled) {
                context.flush();
            }
        }
    }

    /** Of every client. */
    private static final SocketAddress REMOTE = new InetSocketAddress("127.0.0.1", 4_711);

    private final AtomicLong aheadMs = new AtomicLong();
    private final BookRegistry registry = new BookRegistry(() -> System.currentTimeMillis() + aheadMs.get());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Limits limits;
    private final StreamMetrics metrics;
    private final FanOut fanOut;
    private final Records records = new Records(registry);

    StreamRig(Limits limits) {
        this.limits = limits;
        this.metrics = new StreamMetrics(meters);
        this.fanOut = new FanOut(registry, limits, metrics, () -> aheadMs.get() * 1_000_000);
        metrics.watch(fanOut);
        registry.addListener(fanOut);
    }

    Line connect() {
        return new Line(PerMessageDeflate.NONE, false);
    }

    /** A client that accepts compressed messages, as far as the server is concerned. */
    Line connect(PerMessageDeflate deflate) {
        return new Line(deflate, false);
    }

    /** A client whose URL requests the fields in cents. */
    Line connectLegacy() {
        return new Line(PerMessageDeflate.NONE, true);
    }

    /** Advances the clocks of the books and of pacing; the event loops' clocks stay. */
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

    StreamMetrics metrics() {
        return metrics;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }
}
