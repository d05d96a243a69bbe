package io.bookserver.query;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;

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
        private final Blocks body = new Blocks();
        private long timer;
        private boolean over;

        Collection(RoutingContext context) {
            this.context = context;
            this.request = context.request();
            this.memory = new RequestMemory(metrics.heldBytes(), config.maxHeldSize().asLongValue());
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
                memory.hold(piece.length());
                body.append(piece);
            } catch (QueryException e) {
                end();
                problems.answer(context, e);
            }
        }

        private void complete() {
            if (!over) {
                end();
                context.put(COLLECTED, body.joined());
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
            context.vertx().cancelTimer(timer);
        }
    }

    /**
     * Bytes that arrive in pieces of any size, in blocks that double up to a limit. One array that grows would be copied
     * each time, and large arrays cost the collector most.
     *
     * <p><i>Not thread-safe.</i>
     */
    static final class Blocks {
        private static final int FIRST_BYTES = 512;
        private static final int MAX_BYTES = 1 << 16;

        private final List<byte[]> full = new ArrayList<>();
        private byte[] block = EMPTY;
        private int used;
        private int length;

        int length() {
            return length;
        }

        void append(Buffer piece) {
            for (int at = 0; at < piece.length(); ) {
                if (used == block.length) {
                    full.add(block);
                    block = new byte[Math.min(MAX_BYTES, Math.max(FIRST_BYTES, 2 * block.length))];
                    used = 0;
                }
                int taken = Math.min(block.length - used, piece.length() - at);
                piece.getBytes(at, at + taken, block, used);
                used += taken;
                at += taken;
            }
            length += piece.length();
        }

        /** All bytes, in one array. */
        byte[] joined() {
            byte[] all = new byte[length];
            int at = 0;
            for (byte[] one : full) {
                System.arraycopy(one, 0, all, at, one.length);
                at += one.length;
            }
            System.arraycopy(block, 0, all, at, used);
            return all;
        }
    }
}
