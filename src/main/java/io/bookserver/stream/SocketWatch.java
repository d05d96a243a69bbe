package io.bookserver.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * Tells a session when its socket takes bytes again, when it brought what is no WebSocket frame, and when it is gone
 * however that came about.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class SocketWatch extends ChannelInboundHandlerAdapter {
    private final Session session;

    SocketWatch(Session session) {
        this.session = session;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        session.writabilityChanged();
        super.channelWritabilityChanged(context);
    }

    /** A frame that is too large or against the protocol: the client is told which (1009, 1002), not just cut off. */
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
