package io.bookserver.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * Tells a session when its socket takes bytes again, when what it sends is no WebSocket frame, and when it is gone
 * however that came about.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class WritabilityHandler extends ChannelInboundHandlerAdapter {
    private final Session session;

    WritabilityHandler(Session session) {
        this.session = session;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        session.writabilityChanged();
        super.channelWritabilityChanged(context);
    }

    /** A frame that is too large or otherwise broken: the client hears which, which the API above would not tell it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof CorruptedWebSocketFrameException) {
            WebSocketCloseStatus status = ((CorruptedWebSocketFrameException) cause).closeStatus();
            session.close(status.code(), status.reasonText(), "broken_frame");
        } else {
            super.exceptionCaught(context, cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        session.end("disconnected");
        super.channelInactive(context);
    }
}
