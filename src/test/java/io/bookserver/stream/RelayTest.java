package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of the exchange that this server passes on: trades and lifecycles. */
class RelayTest {
    private static final String SUBSCRIBE = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"],\"market_tickers\":[%s]}}";
    private static final String SUBSCRIBE_ALL = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"]}}";
    private static final int BUFFER_BYTES = 4_096;

    private StreamRig rig = new StreamRig(Limits.WIDE);

    private void trade(String ticker, int number) {
        rig.records().relay(rig.fanOut(), "trade",
                "{ \"trade_id\":\"" + number + "\",\"market_ticker\":\"" + ticker + "\",\"count_fp\":\"1.00\"}", true);
    }

    private static List<String> trades(List<JsonNode> frames) {
        return frames.stream().filter(frame -> frame.get("type").asText().equals("trade")).map(frame ->
                frame.get("seq") + " " + frame.at("/msg/market_ticker").asText() + " " + frame.at("/msg/trade_id").asText())
                .toList();
    }

    /** What the loop does in as many turns as necessary. */
    private static List<JsonNode> runAll(Line line) throws IOException {
        List<JsonNode> frames = new ArrayList<>(line.run());
        while (line.shard().relays().isWaiting()) {
            frames.addAll(line.run());
        }
        return frames;
    }

    private double overflowed(String channel) {
        return rig.meters().get("orderbook.stream.overflowed").tag("channel", channel).functionCounter().count();
    }

    private void assertNothingLeft(Line line) throws IOException {
        line.session().end("disconnected");
        line.run();
        assertThat(List.of(rig.fanOut().followers(ChannelKind.TRADE).markets(), rig.fanOut().followers(ChannelKind.TRADE).ofAll(),
                rig.fanOut().followers(ChannelKind.LIFECYCLE).ofAll(), (int) rig.fanOut().followed())).isEqualTo(List.of(0, 0, 0, 0));
        assertThat(line.shard().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "trade, trade", "market_lifecycle_v2, market_lifecycle_v2", "market_lifecycle_v2, event_lifecycle",
        "multivariate_market_lifecycle, multivariate_market_lifecycle",
    })
    void msg_isPassedOnByteForByte_withOurSidAndSeq(String channel, String type) throws IOException {
        String msg = "{ \"market_ticker\" :\"A\",\"event_type\":\"metadata_updated\",\"é\":[1.50 ,{\"x\":\"\\u0041}\"}] }";
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted(channel));
        StringBuilder sent = new StringBuilder();
        rig.records().relay(rig.fanOut(), type, msg, true);
        line.channel().runPendingTasks();
        io.netty.buffer.ByteBuf frame = line.channel().readOutbound();
        frame.skipBytes(frame.getUnsignedByte(1) == 126 ? 4 : 2);
        sent.append(frame.toString(StandardCharsets.UTF_8));
        frame.release();
        assertThat(sent.toString()).isEqualTo("{\"type\":\"" + type + "\",\"sid\":1,\"seq\":1,\"msg\":" + msg + "}\n");
    }

    @Test
    void trades_areOfTheMarketsNamed_orOfAll() throws IOException {
        Line some = rig.connect();
        Line all = rig.connect();
        some.command(SUBSCRIBE.formatted("trade", "\"A\",\"B\""));
        all.command(SUBSCRIBE_ALL.formatted("trade"));
        trade("A", 1);
        trade("C", 2);
        trade("B", 3);
        assertThat(trades(runAll(some))).isEqualTo(List.of("1 A 1", "2 B 3"));
        assertThat(trades(runAll(all))).isEqualTo(List.of("1 A 1", "2 C 2", "3 B 3"));
        assertThat(some.command("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"delete_markets\","
                + "\"market_ticker\":\"A\"}}").toString())
                .isEqualTo("[{\"type\":\"ok\",\"id\":2,\"sid\":1,\"seq\":3,\"msg\":{\"market_tickers\":[\"B\"]}}]");
        trade("A", 4);
        trade("B", 5);
        assertThat(trades(runAll(some))).isEqualTo(List.of("4 B 5"));
        // from some to all: each trade once
        some.command(SUBSCRIBE_ALL.formatted("trade"));
        trade("B", 6);
        trade("C", 7);
        assertThat(trades(runAll(some))).isEqualTo(List.of("6 B 6", "7 C 7"));
        all.session().end("disconnected");
        assertNothingLeft(some);
    }

    @Test
    void lifecycle_ignoresWhichMarketsAreNamed() throws IOException {
        Line line = rig.connect();
        assertThat(line.command(SUBSCRIBE.formatted("market_lifecycle_v2", "\"A\"")).size()).isEqualTo(1);
        rig.records().relay(rig.fanOut(), "market_lifecycle_v2", "{\"market_ticker\":\"Z\",\"event_type\":\"activated\"}", true);
        assertThat(line.run().toString()).contains("\"seq\":1,\"msg\":{\"market_ticker\":\"Z\"");
        assertThat(line.command("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"delete_markets\","
                + "\"market_ticker\":\"A\"}}").toString())
                .isEqualTo("[{\"type\":\"ok\",\"id\":2,\"sid\":1,\"seq\":2,\"msg\":{\"market_tickers\":[]}}]");
        assertThat(line.command("{\"id\":3,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"get_snapshot\","
                + "\"market_ticker\":\"A\"}}").toString()).contains("\"code\":13");
        assertNothingLeft(line);
    }

    @Test
    void whatStoodInTheTopicBeforeTheStart_isNoNews() throws IOException {
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        rig.records().relay(rig.fanOut(), "trade", "{\"market_ticker\":\"A\"}", false);
        assertThat(line.run()).isEmpty();
    }

    @Test
    void clientTooSlowForTrades_losesThatSubscriptionOnly_andIsTold() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, BUFFER_BYTES, 65_536));
        rig.records().book("A");
        Line slow = rig.connect();
        Line other = rig.connect();
        other.command(SUBSCRIBE_ALL.formatted("trade"));
        slow.command(SUBSCRIBE.formatted("trade", "\"A\""));
        slow.command(SUBSCRIBE.formatted("top_of_book", "\"A\""));
        slow.stall();
        int sent = 4 * BUFFER_BYTES / 64;
        IntStream.range(0, sent).forEach(number -> trade("A", number));
        runAll(slow);
        assertThat(overflowed("trade")).isEqualTo(1);
        assertThat(slow.session().outbox().unsentBytes()).isLessThan(2L * BUFFER_BYTES);
        List<JsonNode> late = slow.read();
        List<String> got = trades(late);
        assertThat(got).isEqualTo(IntStream.range(0, got.size()).mapToObj(i -> i + 1 + " A " + i).toList());
        assertThat(late.get(late.size() - 1).toString())
                .isEqualTo("{\"type\":\"error\",\"sid\":1,\"msg\":{\"code\":25,\"msg\":\"Subscription buffer overflow\"}}");
        assertThat(trades(runAll(other))).hasSize(sent);
        other.session().end("disconnected");

        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(slow.run().toString()).contains("\"type\":\"top_of_book\",\"sid\":2");
        assertThat(slow.command(SUBSCRIBE.formatted("trade", "\"A\"")).toString()).contains("\"sid\":3");
        trade("A", 77);
        assertThat(trades(runAll(slow))).isEqualTo(List.of("1 A 77"));
        assertThat(slow.closeCodes()).isEmpty();
        assertNothingLeft(slow);
    }

    @Test
    void loopThatIsTooFarBehind_endsTheSubscriptionsThatWouldHaveAHole() throws IOException {
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        String filler = "x".repeat(1 << 17);
        for (int i = 0; i < 9; i++) {
            rig.records().relay(rig.fanOut(), "trade", "{\"market_ticker\":\"A\",\"x\":\"" + filler + "\"}", true);
        }
        List<JsonNode> frames = runAll(line);
        assertThat(frames.get(frames.size() - 1).toString()).contains("\"sid\":1,\"msg\":{\"code\":25");
        assertThat(overflowed("trade")).isEqualTo(1);
        assertNothingLeft(line);
    }

    /** Each connection takes longer than a turn. */
    @Test
    void loopThatIsTooFarBehind_endsThemOnAllItsConnections_inSeveralTurns() throws IOException {
        Line line = rig.connect();
        List<Line> lines = List.of(line, rig.connect(), rig.connect());
        for (Line one : lines) {
            one.command(SUBSCRIBE_ALL.formatted("trade"));
            line.shard().sessions().add(one.session());
            one.channel().pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object msg, ChannelPromise promise) {
                    Turn turn = Turn.of(Turns.ONE_NANOS);
                    while (!turn.isOver()) {
                        Thread.onSpinWait();
                    }
                    context.write(msg, promise);
                }
            });
        }
        // larger than all that may wait
        line.shard().offer(new Relay(DataType.TRADE, "A", new byte[(1 << 20) + 1]));
        line.run();
        for (Line one : lines) {
            assertThat(one.session().subscriptions().isEmpty()).isTrue();
            one.session().end("disconnected");
        }
    }

    @Test
    void market_thatASubscriptionNeverBeganToFollow_isRemovedLikeAnyOther() throws IOException {
        Line line = rig.connect();
        line.command(SUBSCRIBE.formatted("trade", "\"A\""));
        Subscription subscription = line.session().subscriptions().ofKind(ChannelKind.TRADE).orElseThrow();
        line.shard().relays().remove(new TradeFollower(subscription, "A", false));
        line.shard().relays().remove(new TradeFollower(subscription, "B", false));
        trade("A", 1);
        assertThat(trades(runAll(line))).isEqualTo(List.of("1 A 1"));
        assertNothingLeft(line);
    }

    @Test
    void trade_thatComesAfterTheClientHasRead_hasRoomBehindThoseThatWait() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, BUFFER_BYTES, 65_536));
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        Subscription subscription = line.session().subscriptions().ofKind(ChannelKind.TRADE).orElseThrow();
        Relay relay = new Relay(DataType.TRADE, "A", "{\"market_ticker\":\"A\"}".getBytes(StandardCharsets.US_ASCII));
        line.stall();
        int taken = 0;
        while (line.session().outbox().relay(subscription, relay)) {
            taken++;
        }
        line.unstall();
        boolean[] fits = new boolean[1];
        line.channel().writeInbound((Runnable) () -> {
            // the socket takes all that it was given, and the turn in which the rest is written is yet to come
            line.channel().pipeline().flush();
            fits[0] = line.session().outbox().relay(subscription, relay);
        });
        assertThat(fits[0]).isTrue();
        assertThat(line.run()).hasSize(taken + 1);
        assertNothingLeft(line);
    }

    @Test
    void trade_ofASubscriptionThatIsOver_isNotTooMuch() throws IOException {
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        Subscription subscription = line.session().subscriptions().ofKind(ChannelKind.TRADE).orElseThrow();
        Relay relay = new Relay(DataType.TRADE, "A", new byte[] {'{', '}'});
        line.command("{\"id\":2,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[1]}}");
        assertThat(line.session().outbox().relay(subscription, relay)).isTrue();
        line.session().overflow(subscription);
        assertThat(line.session().outbox().unsentBytes()).isZero();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        subscription = line.session().subscriptions().ofKind(ChannelKind.TRADE).orElseThrow();
        line.session().end("disconnected");
        assertThat(line.session().outbox().relay(subscription, relay)).isTrue();
        assertThat(overflowed("trade")).isZero();
    }

    @Test
    void tradesThatDoNotFitTogether_areWrittenOneByOne_toAClientThatReads() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, BUFFER_BYTES, 65_536));
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        String filler = "x".repeat(2 * BUFFER_BYTES);
        for (int i = 0; i < 3; i++) {
            rig.records().relay(rig.fanOut(), "trade", "{\"market_ticker\":\"A\",\"x\":\"" + filler + "\"}", true);
        }
        assertThat(runAll(line)).hasSize(3);
        assertNothingLeft(line);
    }

    @Test
    void messages_thatWereDelivered_noLongerCount() throws IOException {
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        String filler = "x".repeat(1 << 17);
        for (int i = 0; i < 20; i++) {
            rig.records().relay(rig.fanOut(), "trade", "{\"market_ticker\":\"A\",\"x\":\"" + filler + "\"}", true);
            assertThat(runAll(line)).hasSize(1);
        }
        assertThat(line.session().subscriptions().isEmpty()).isFalse();
        assertNothingLeft(line);
    }

    /** A socket breaks when it is flushed, in the middle of the iteration: later followers miss nothing. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void connectionThatEndsWhileItIsServed_isNobodyElsesLoss(boolean toAll) throws IOException {
        Limits limits = new Limits(1_000, 1_000, BUFFER_BYTES, 65_536);
        rig = new StreamRig(limits);
        Line line = rig.connect();
        boolean[] breaks = {false};
        Wire below = line.session().wire();
        line.channel().pipeline().addBefore(line.channel().pipeline().context(below).name(), null, new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext context) {
                if (breaks[0]) {
                    line.session().end("disconnected");
                }
                context.flush();
            }
        });
        Wire wire = new Wire(1 << 20, PerMessageDeflate.NONE);
        line.channel().pipeline().addLast(wire);
        Session other = new Session(wire, rig.fanOut(), limits, false);
        String subscribe = toAll ? SUBSCRIBE_ALL.formatted("trade") : SUBSCRIBE.formatted("trade", "\"A\"");
        line.command(subscribe);
        other.command(subscribe, true);
        other.received();
        Runnable loop = line.channel()::runPendingTasks;
        line.channel().writeInbound(loop);
        assertThat(other.subscriptions().ofKind(ChannelKind.TRADE)).isPresent();

        line.stall();
        other.outbox().reply(new byte[BUFFER_BYTES]);
        breaks[0] = true;
        trade("A", 1);
        line.channel().writeInbound(loop);
        assertThat(line.session().isEnded()).isTrue();
        assertThat(other.outbox().unsentBytes()).as("the trade waits").isGreaterThan(below.unsentBytes());
        other.end("disconnected");
        line.channel().writeInbound(loop);
        assertThat(other.shard().relays().isEmpty()).isTrue();
        line.channel().releaseOutbound();
    }

    @Test
    void tradesThatWait_goOutInTheirOrder_whenTheClientReads() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, BUFFER_BYTES, 65_536));
        Line line = rig.connect();
        line.command(SUBSCRIBE_ALL.formatted("trade"));
        line.stall();
        int sent = BUFFER_BYTES / 90;
        IntStream.range(0, sent).forEach(number -> trade("A", number));
        runAll(line);
        assertThat(line.after(Duration.ofSeconds(1))).isEmpty();
        assertThat(trades(line.read())).isEqualTo(IntStream.range(0, sent).mapToObj(i -> i + 1 + " A " + i).toList());
    }
}
