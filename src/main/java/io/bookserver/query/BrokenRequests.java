package io.bookserver.query;

import io.bookserver.kalshi.ProblemJson;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * Lets the gate answer what Netty cannot decode: the framework itself answers without a body, or closes the connection.
 * A request whose head is broken becomes one with a method that nothing serves. A body that breaks off ends. Both are
 * marked by a header with the reason, so that they are answered after earlier requests of the connection; an attribute
 * of the channel would refuse those, too.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class BrokenRequests extends ChannelInboundHandlerAdapter {
    /** A client that sends it only has its own request refused. */
    private static final String REASON = "orderbook-broken";
    private static final HttpMethod UNSERVED = HttpMethod.valueOf("INVALID");
    private static final String NETTYS_UNKNOWN_ADDRESS = "/bad-request";

    /** The head of the request whose body is being received; null between requests. */
    private HttpRequest open;
    private boolean over;

    /** What is wrong with that request or its body; empty if nothing is known to be. */
    static Optional<QueryException> of(HttpServerRequest request, int maxLineBytes, long maxHeaderBytes) {
        String reason = request.getHeader(REASON);
        return reason == null ? Optional.empty() : Optional.of(switch (reason) {
            case "line" -> QueryException.of(414, "too_long",
                    "request line: must have at most " + maxLineBytes + " bytes; POST takes more tickers than GET");
            case "headers" -> QueryException.of(431, "too_large",
                    "headers: must have at most " + maxHeaderBytes + " bytes together");
            case "header" -> QueryException.badRequest("headers",
                    "must be valid HTTP/1.1 headers with at most one length of the body");
            case "body" -> QueryException.badRequest("body", "must come in valid chunks: size in hexadecimal, data");
            default -> QueryException.badRequest("request line", "must be a method, an address and HTTP/1.1");
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest && isBroken((HttpRequest) message)) {
            end(context, message, unserved((HttpRequest) message));
        } else if (message instanceof HttpContent && ((HttpContent) message).decoderResult().isFailure()) {
            end(context, message, open);
        } else {
            if (message instanceof HttpRequest) {
                open = (HttpRequest) message;
            }
            if (message instanceof LastHttpContent) {
                open = null;
            }
            context.fireChannelRead(message);
        }
    }

    private static boolean isBroken(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        return request.decoderResult().isFailure()
                || !version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0);
    }

    /** Nothing behind a broken message can be understood. */
    private void end(ChannelHandlerContext context, Object broken, HttpRequest marked) {
        over = true;
        ReferenceCountUtil.release(broken);
        if (marked == open) {
            open.headers().set(REASON, "body");
        } else {
            context.fireChannelRead(marked);
        }
        context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Nothing but the address's beginning is taken over, which determines the answer's format. */
    private static HttpRequest unserved(HttpRequest broken) {
        String path = broken.uri().startsWith(ProblemJson.EXCHANGE_PATH) ? ProblemJson.EXCHANGE_PATH : "/";
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, UNSERVED, path);
        // the router demands a host
        request.headers().set(HttpHeaderNames.HOST, "none").set(REASON, reason(broken));
        return request;
    }

    private static String reason(HttpRequest broken) {
        if (broken.decoderResult().isSuccess()) {
            return "request";
        }
        Throwable cause = broken.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            return "line";
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return "headers";
        }
        return broken.uri().equals(NETTYS_UNKNOWN_ADDRESS) ? "request" : "header";
    }
}
