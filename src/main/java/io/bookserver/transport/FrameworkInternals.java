package io.bookserver.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket08FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.utils.NoBoundChecksBuffer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Everything that this server does below the interfaces of Quarkus, Vert.x and Netty's channels. No other class does
 * ({@code ArchitectureTest}). Each method says what it relies on; {@code FrameworkInternalsTest} fails when an upgrade
 * changes it.
 *
 * <p><i>Stateless. What takes a request or a channel is called on the event loop of its connection.</i>
 */
public final class FrameworkInternals {
    private FrameworkInternals() {}

    /** The channel of a request's connection. */
    public static Channel channel(HttpServerRequest request) {
        return connection(request).channel();
    }

    /**
     * Puts a handler before that of Vert.x, which is the last of the pipeline, behind Netty's decoders and encoders. It
     * takes the place of an earlier one of its class.
     *
     * @return where Vert.x handles the messages of the connection
     */
    public static ChannelHandlerContext addBeforeFramework(HttpServerRequest request, ChannelHandler handler) {
        ChannelHandlerContext framework = connection(request).channelHandlerContext();
        ChannelHandler earlier = framework.pipeline().get(handler.getClass());
        if (earlier != null) {
            framework.pipeline().remove(earlier);
        }
        framework.pipeline().addBefore(framework.name(), null, handler);
        return framework;
    }

    /**
     * Puts a handler behind the decoder of requests, which Vert.x adds to an accepted connection before the first of
     * them.
     */
    public static void addBehindRequestDecoder(Channel accepted, ChannelHandler handler) {
        accepted.pipeline().addLast(new Placing(handler));
    }

    /** Replaces the decoder of WebSocket frames, which is there as soon as the answer of a handshake is written. */
    public static void replaceFrameDecoder(Channel channel, WebSocket13FrameDecoder decoder) {
        channel.pipeline().replace(WebSocket08FrameDecoder.class, null, decoder);
    }

    /** Reads nothing more from a request's connection, so that what the client sends waits in the network. */
    public static void pause(HttpServerRequest request) {
        connection(request).doPause();
    }

    /** Reads again from a paused connection. */
    public static void resume(HttpServerRequest request) {
        connection(request).doResume();
    }

    /**
     * Tells Vert.x that its connection was closed. Directly, since the handlers of a closed channel are no longer
     * called.
     *
     * @param handler from {@link #addBeforeFramework}
     */
    public static void tellClosed(ChannelHandlerContext handler) {
        try {
            ((ChannelInboundHandler) handler.handler()).channelInactive(handler);
        } catch (Exception e) {
            throw new IllegalStateException("the framework cannot end a connection that was closed early", e);
        }
    }

    /**
     * These bytes for a response. They are released when they were sent; those of {@link Buffer#buffer(ByteBuf)} never
     * are.
     */
    public static Buffer released(ByteBuf bytes) {
        return new NoBoundChecksBuffer(bytes);
    }

    /** What was written and not yet taken by the socket; empty when nothing more can be written. */
    public static Optional<ChannelOutboundBuffer> unsent(Channel channel) {
        return Optional.ofNullable(channel.unsafe().outboundBuffer());
    }

    /** Closes a channel of which nobody knows yet: its handlers are not told. */
    public static void closeUntold(Channel channel) {
        channel.unsafe().closeForcibly();
    }

    /**
     * Calls the action with every listening socket, on the socket's event loop. Vert.x registers them with its
     * acceptors' loops; what they accept comes through their pipelines as channels. Any thread may call this.
     */
    public static void onListeningSockets(Vertx vertx, Consumer<Channel> action) {
        for (EventExecutor each : ((VertxInternal) vertx).getAcceptorEventLoopGroup()) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) each;
            loop.execute(() -> loop.registeredChannelsIterator().forEachRemaining(channel -> {
                if (channel instanceof ServerChannel) {
                    action.accept(channel);
                }
            }));
        }
    }

    /**
     * Runs the action on the event loop of the present context, in that context, after the loop has served its sockets.
     * A task that is handed over by {@code runOnContext} runs before: Netty looks at the time that it spends on tasks
     * only after each 64 of them.
     */
    public static void afterSockets(Runnable action) {
        ContextInternal context = (ContextInternal) Vertx.currentContext();
        context.nettyEventLoop().schedule(() -> context.dispatch(action), 1, TimeUnit.NANOSECONDS);
    }

    private static ConnectionBase connection(HttpServerRequest request) {
        return (ConnectionBase) request.connection();
    }

    /** Waits for the decoder of requests, and puts the actual handler behind it. */
    private static final class Placing extends ChannelInboundHandlerAdapter {
        private final ChannelHandler handler;

        private Placing(ChannelHandler handler) {
            this.handler = handler;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ChannelHandlerContext decoder = context.pipeline().context(HttpRequestDecoder.class);
            if (decoder == null) {
                context.fireChannelRead(message);
                return;
            }
            context.pipeline().addAfter(decoder.name(), null, handler);
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        }
    }
}
