package io.bookserver.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells a session when its socket takes bytes again, and when it is gone however that came about.
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

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        session.end("disconnected");
        super.channelInactive(context);
    }
}
