package io.bookserver.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Collects the bodies of requests on their event loops, whatever the path, so that no thread waits for one. A body that
 * is too large is rejected by its announced length or, without one, while it arrives. A body that does not arrive in
 * time ends its connection.
 *
 * <p><i>Thread-safe: a body is confined to its request's event loop.</i>
 */
@ApplicationScoped
class RequestBody {
    private static final String COLLECTED = "orderbook.body";
    /** After the gate: no body is collected for a client without a key. */
    private static final int BEHIND_THE_GATE = 200;
    private static final byte[] EMPTY = {};

    private final QueryConfig config;
    private final QueryMetrics metrics;
    private final Problems problems;

    RequestBody(QueryConfig config, QueryMetrics metrics, Problems problems) {
        this.config = config;
        this.metrics = metrics;
        this.problems = problems;
    }

    void filter(@Observes Filters filters) {
        filters.register(this::collect, BEHIND_THE_GATE);
    }

    /** The body of that request; empty if it has none. */
    static byte[] of(RoutingContext context) {
        byte[] body = context.get(COLLECTED);
        return body == null ? EMPTY : body;
    }

    /** Whether the request announced a body that has not been read. */
    static boolean isUnread(RoutingContext context) {
        return isAnnounced(context.request()) && context.get(COLLECTED) == null;
    }

    private void collect(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!isAnnounced(request)) {
            context.next();
            return;
        }
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            problems.answer(context, QueryException.of(415, "unsupported_media_type",
                    "Content-Encoding: must be identity: " + encoding));
            return;
        }
        long announced = announcedBytes(request);
        if (announced > config.maxBodySize().asLongValue()) {
            problems.answer(context, tooLarge(Long.toString(announced)));
            return;
        }
        new Collection(context).begin();
    }

    private QueryException tooLarge(String bytes) {
        return QueryException.tooLarge(
                "body", "must have at most " + config.maxBodySize().asLongValue() + " bytes: " + bytes);
    }

    private static boolean isAnnounced(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || announcedBytes(request) > 0;
    }

    /** The announced length; -1 if there is none. */
    private static long announcedBytes(HttpServerRequest request) {
        String announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return announced == null ? -1 : Long.parseLong(announced);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** One body that is being received. */
    private final class Collection {
        private final RoutingContext context;
        private final HttpServerRequest request;
        private final RequestMemory memory;
        private final Blocks body;
        private long timer;
        private boolean over;

        Collection(RoutingContext context) {
            this.context = context;
            this.request = context.request();
            this.memory = new RequestMemory(metrics.heldBytes(), config.maxHeldSize().asLongValue());
            this.body = new Blocks(memory::hold);
        }

        void begin() {
            context.addEndHandler(end -> memory.release());
            timer = context.vertx().setTimer(Math.max(1, config.requestTimeout().toMillis()), id -> late());
            request.exceptionHandler(broken -> end());
            request.handler(this::arrived);
            request.endHandler(end -> complete());
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                context.response().writeContinue();
            }
            request.resume();
        }

        private void arrived(Buffer piece) {
            if (over) {
                return;
            }
            try {
                if (body.length() + (long) piece.length() > config.maxBodySize().asLongValue()) {
                    throw tooLarge("more have arrived");
                }
                body.append(piece);
            } catch (QueryException e) {
                end();
                problems.answer(context, e);
            }
        }

        private void complete() {
            if (!over) {
                context.put(COLLECTED, body.joined());
                end();
                problems.ofDecoding(request).ifPresentOrElse(
                        broken -> problems.answerLast(context, broken), context::next);
            }
        }

        private void late() {
            if (!over) {
                end();
                metrics.closed("slow_request");
                problems.answerAndClose(context, QueryException.tooSlow(
                        "body", "must arrive within " + config.requestTimeout().toMillis() + " ms"));
            }
        }

        private void end() {
            over = true;
            body.release();
            context.vertx().cancelTimer(timer);
        }
    }

    /**
     * Bytes that arrive in pieces of any size, in blocks that double up to a limit. One array that grows would be
     * copied each time. Blocks of the largest size are outside the heap: there the collector would copy them while
     * their body arrives, and all clients would wait for that.
     *
     * <p><i>Not thread-safe.</i>
     */
    static final class Blocks {
        private static final int FIRST_BYTES = 512;
        private static final int MAX_BYTES = 1 << 16;

        private final LongConsumer holding;
        private final List<ByteBuf> blocks = new ArrayList<>();
        private ByteBuf last = Unpooled.EMPTY_BUFFER;
        private int length;

        /** @param holding is told the size of each block before it is allocated, and may throw to refuse it */
        Blocks(LongConsumer holding) {
            this.holding = holding;
        }

        int length() {
            return length;
        }

        @SuppressWarnings("deprecation") // the only way to copy a piece without an array in between
        void append(Buffer piece) {
            ByteBuf bytes = piece.getByteBuf();
            while (bytes.isReadable()) {
                if (!last.isWritable()) {
                    last = block(Math.min(MAX_BYTES, Math.max(FIRST_BYTES, 2 * last.capacity())));
                    blocks.add(last);
                }
                last.writeBytes(bytes, Math.min(last.writableBytes(), bytes.readableBytes()));
            }
            length += piece.length();
        }

        private ByteBuf block(int bytes) {
            holding.accept(bytes);
            return bytes < MAX_BYTES
                    ? Unpooled.buffer(bytes, bytes) : PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        }

        /** All bytes, in one array. */
        byte[] joined() {
            byte[] all = new byte[length];
            int at = 0;
            for (ByteBuf block : blocks) {
                block.getBytes(0, all, at, block.writerIndex());
                at += block.writerIndex();
            }
            return all;
        }

        /** To be called when the bytes are not needed any more; may be called again. */
        void release() {
            blocks.forEach(ByteBuf::release);
            blocks.clear();
        }
    }
}
