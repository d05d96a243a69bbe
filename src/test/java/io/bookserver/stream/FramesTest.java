package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client's frames as Netty's decoder hands them on (RFC 6455), and the ends of a connection. */
class FramesTest {
    /** With characters of every length, and the one that a decoder puts in the place of what it cannot read. */
    private static final String LIST = "{\"id\":8,\"ü€\":\"𝄞\ufffd\",\"cmd\":\"list_subscriptions\"}";
    private static final String LISTED = "[{\"type\":\"ok\",\"id\":8,\"msg\":[]}]";
    /** The largest message that is read. */
    private static final int MAX_BYTES = 1 << 20;

    private final StreamRig rig = new StreamRig(Limits.WIDE);
    private final Line line = rig.connect();

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Unlike the constant of that name, it counts its references. */
    private static ByteBuf empty() {
        return Unpooled.buffer(0);
    }

    private static String sent(Line to, WebSocketFrame... frames) throws IOException {
        for (WebSocketFrame frame : frames) {
            to.receive(frame);
        }
        List<JsonNode> answers = to.run();
        assertThat(Arrays.stream(frames).mapToInt(WebSocketFrame::refCnt).sum()).as("frames kept").isZero();
        return answers.toString();
    }

    private double closed(String reason) {
        return rig.meters().counter("orderbook.stream.closed", "reason", reason).count();
    }

    @Test
    void message_cutAnywhere_isRead_withControlFramesBetween() throws IOException {
        int length = LIST.getBytes(StandardCharsets.UTF_8).length;
        for (int cut = 0; cut <= length; cut++) {
            ByteBuf whole = bytes(LIST);
            assertThat(sent(line,
                    new TextWebSocketFrame(false, 0, whole.readRetainedSlice(cut)),
                    new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {7})),
                    new ContinuationWebSocketFrame(false, 0, empty()),
                    new ContinuationWebSocketFrame(true, 0, whole))).isEqualTo(LISTED);
            assertThat(line.pongs()).isEqualTo(cut + 1);
        }
    }

    @Test
    void message_ofTheLargestSize_isRead_andOneByteMoreClosesWith1009() throws IOException {
        String padded = LIST + " ".repeat(MAX_BYTES - LIST.getBytes(StandardCharsets.UTF_8).length);
        ByteBuf whole = bytes(padded);
        assertThat(sent(line, new TextWebSocketFrame(false, 0, whole.readRetainedSlice(MAX_BYTES / 2)),
                new ContinuationWebSocketFrame(true, 0, whole))).isEqualTo(LISTED);
        ByteBuf more = bytes(padded + " ");
        assertThat(sent(line, new TextWebSocketFrame(false, 0, more.readRetainedSlice(MAX_BYTES / 2)),
                new ContinuationWebSocketFrame(true, 0, more))).isEqualTo("[]");
        assertThat(line.closeCodes()).isEqualTo(List.of(1009));
    }

    @Test
    void fragments_outOfOrder_closeWith1002() throws IOException {
        assertThat(sent(line, new ContinuationWebSocketFrame(true, 0, bytes(LIST)))).isEqualTo("[]");
        assertThat(line.closeCodes()).as("a fragment of nothing").isEqualTo(List.of(1002));
        Line other = rig.connect();
        assertThat(sent(other, new TextWebSocketFrame(false, 0, empty()), new TextWebSocketFrame(true, 0, bytes(LIST))))
                .isEqualTo("[]");
        assertThat(other.closeCodes()).as("a message within a message").isEqualTo(List.of(1002));
    }

    @Test
    void binaryMessage_isNoCommand_whereverItIsCut() throws IOException {
        String error = "[{\"type\":\"error\",\"msg\":{\"code\":1,\"msg\":\"Unable to process message\"}}]";
        assertThat(sent(line, new BinaryWebSocketFrame(bytes(LIST)))).isEqualTo(error);
        assertThat(sent(line, new BinaryWebSocketFrame(false, 0, bytes("{")), new ContinuationWebSocketFrame(true, 0, bytes("}"))))
                .isEqualTo(error);
        assertThat(sent(line, new TextWebSocketFrame(true, 0, bytes(LIST)))).isEqualTo(LISTED);
    }

    @Test
    void textThatIsNotUtf8_closesWith1007() throws IOException {
        sent(line, new TextWebSocketFrame(true, 0, Unpooled.wrappedBuffer(new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'})));
        assertThat(line.closeCodes()).isEqualTo(List.of(1007));
        assertThat(closed("broken_frame")).isEqualTo(1);
    }

    /** RFC 6455, 7.4: 1004 to 1006 and 1015 are never sent; 1005 stands for a close frame without a code. */
    @ParameterizedTest
    @CsvSource({"1000,1000", "1003,1003", "1004,1002", "1006,1002", "1007,1007", "1014,1014", "1015,1002", "999,1002",
        "2999,1002", "3000,3000", "4999,4999", "5000,1002", "-1,1005"})
    void closeCode_isEchoed_ifItMayBeSent_andTheSocketIsClosed(int code, int answered) throws IOException {
        ByteBuf body = code < 0 ? empty() : Unpooled.buffer(2).writeShort(code);
        assertThat(sent(line, new CloseWebSocketFrame(true, 0, body))).isEqualTo("[]");
        assertThat(line.closeCodes()).isEqualTo(List.of(answered));
        assertThat(line.channel().isOpen()).isFalse();
        assertThat(closed("disconnected")).isEqualTo(1);
        assertThat(line.shard().isEmpty()).isTrue();
    }

    @Test
    void closeByTheServer_isTheLastFrame_andTheClientsAnswerEndsTheSocket() throws IOException {
        line.session().close(1008, "test", "test");
        line.run();
        assertThat(sent(line, new TextWebSocketFrame(LIST))).isEqualTo("[]");
        assertThat(line.channel().isOpen()).isTrue();
        assertThat(sent(line, new CloseWebSocketFrame(1008, ""))).isEqualTo("[]");
        assertThat(line.channel().isOpen()).isFalse();
        assertThat(line.closeCodes()).isEqualTo(List.of(1008));
        assertThat(line.channel().hasPendingTasks()).isFalse();
    }

    @Test
    void failure_ofTheSocket_endsTheConnection_anyOtherIsToldToTheClient() throws IOException {
        fail(line, new IOException("reset"));
        assertThat(line.closeCodes()).isEmpty();
        assertThat(line.channel().isOpen()).isFalse();
        assertThat(closed("disconnected")).isEqualTo(1);
        Line second = rig.connect();
        fail(second, new CorruptedWebSocketFrameException(WebSocketCloseStatus.MESSAGE_TOO_BIG, "too big"));
        assertThat(second.closeCodes()).isEqualTo(List.of(1009));
        Line third = rig.connect();
        fail(third, new IllegalStateException("planted"));
        assertThat(third.closeCodes()).isEqualTo(List.of(1011));
        third.after(Duration.ofSeconds(5));
        assertThat(third.channel().isOpen()).as("cut after the grace").isFalse();
    }

    private static void fail(Line of, Throwable cause) throws IOException {
        of.channel().pipeline().fireExceptionCaught(cause);
        of.run();
    }

    @Test
    void frames_thatArriveBeforeTheSession_areHandledByIt() {
        Wire wire = new Wire(MAX_BYTES, PerMessageDeflate.NONE);
        EmbeddedChannel channel = new EmbeddedChannel(wire);
        channel.writeInbound(new TextWebSocketFrame(LIST), "what is no frame");
        assertThat((Object) channel.readInbound()).isEqualTo("what is no frame");
        assertThatThrownBy(() -> {
            channel.pipeline().fireExceptionCaught(new IOException("planted"));
            channel.checkException();
        }).hasMessage("planted");
        new Session(wire, rig.fanOut(), Limits.WIDE, false);
        channel.runPendingTasks();
        ByteBuf answer = channel.readOutbound();
        assertThat(answer.toString(2, answer.readableBytes() - 2, StandardCharsets.US_ASCII).trim())
                .isEqualTo("{\"type\":\"ok\",\"id\":8,\"msg\":[]}");
        answer.release();
    }

    @Test
    void frames_ofASocketThatIsClosedBeforeTheSession_areReleased() {
        EmbeddedChannel channel = new EmbeddedChannel(new Wire(MAX_BYTES, PerMessageDeflate.NONE));
        TextWebSocketFrame frame = new TextWebSocketFrame(LIST);
        channel.writeInbound(frame);
        assertThat(frame.refCnt()).isEqualTo(1);
        channel.pipeline().removeFirst();
        assertThat(frame.refCnt()).isZero();
    }
}
