package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.Ladder;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections, their shards and the fan-out, with time and sockets controlled by the test. */
class SessionTest {
    private static final String SUBSCRIBE =
            "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"],\"market_tickers\":[%s]}}";
    private static final String SUBSCRIBE_ALL = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"]}}";

    private StreamRig rig = new StreamRig(Limits.WIDE);

    private static String subscribe(String channel, String... tickers) {
        return SUBSCRIBE.formatted(channel, quoted(List.of(tickers)));
    }

    private static String quoted(List<String> tickers) {
        return tickers.stream().map(ticker -> '"' + ticker + '"').collect(Collectors.joining(","));
    }

    private static List<String> types(List<JsonNode> frames) {
        return frames.stream().map(frame -> frame.get("type").asText()).toList();
    }

    private static Map<Integer, Long> sizes(Ladder ladder) {
        Map<Integer, Long> sizes = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            sizes.put(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths());
        }
        return sizes;
    }

    private void assertHolds(Line line, long sid, String ticker) {
        MarketSnapshot market = rig.registry().market(ticker).orElseThrow().current();
        StreamClient.Held held = line.client().held(sid).get(ticker);
        assertThat(List.of(held.yes(), held.no(), held.version())).isEqualTo(
                List.of(sizes(market.book().yes()), sizes(market.book().no()), market.version()));
    }

    private double closed(String reason) {
        return rig.meters().counter("orderbook.stream.closed", "reason", reason).count();
    }

    /** After the work that a turn left over has been done. */
    private void assertNothingLeft(Line line) throws IOException {
        line.run();
        assertThat(List.of(rig.fanOut().sessions(), rig.fanOut().followedMarkets(), rig.fanOut().followersOfAll()))
                .isEqualTo(List.of(0, 0, 0));
        assertThat(line.shard().isEmpty()).isTrue();
    }

    @Test
    void overrun_bringsEveryFollowerUpToDate_bySnapshots() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1 << 18, 4));
        List<String> tickers = IntStream.range(0, 10).mapToObj(i -> "M-" + i).toList();
        tickers.forEach(rig.records()::book);
        Line line = rig.connect();
        line.command(subscribe("orderbook_delta", tickers.toArray(String[]::new)));
        for (int round = 0; round < 5; round++) {
            tickers.forEach(ticker -> rig.records().delta(ticker, "yes", "0.4100", "1.00"));
        }
        List<JsonNode> frames = line.run();
        tickers.forEach(ticker -> assertHolds(line, 1, ticker));
        assertThat(types(frames)).containsOnly("orderbook_snapshot").hasSize(10);
        assertThat(rig.meters().get("orderbook.stream.overruns").functionCounter().count()).isEqualTo(1);
        assertThat(line.run()).isEmpty();
    }

    @Test
    void overrun_ofOtherMarkets_saysNothing() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1 << 18, 2));
        rig.records().book("A");
        rig.records().book("B");
        Line line = rig.connect();
        for (String channel : List.of("orderbook_delta", "top_of_book", "ticker")) {
            line.command(subscribe(channel, "A", "B"));
        }
        line.run();
        for (int i = 0; i < 3; i++) {
            rig.records().delta("B", "yes", "0.4300", "1.00");
        }
        assertThat(tickersOf(line.run())).isEqualTo(List.of("B", "B", "B"));
    }

    @Test
    void overrun_whileFollowingAll_bringsTheNewMarketsToo() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1 << 18, 2));
        Line tops = rig.connect();
        Line prices = rig.connect();
        tops.command(SUBSCRIBE_ALL.formatted("top_of_book"));
        prices.command(SUBSCRIBE_ALL.formatted("ticker"));
        List<String> tickers = IntStream.range(0, 10).mapToObj(i -> "M-" + i).toList();
        tickers.forEach(rig.records()::book);
        assertThat(tickersOf(tops.run())).containsExactlyInAnyOrderElementsOf(tickers);
        assertThat(tickersOf(prices.run())).containsExactlyInAnyOrderElementsOf(tickers);
    }

    @Test
    void loopThatIsBehind_mergesByMarket_andTellsIt() throws IOException {
        rig.records().book("A");
        rig.records().book("B");
        Line line = rig.connect();
        line.command(subscribe("orderbook_delta", "A", "B"));
        line.command(subscribe("top_of_book", "A", "B"));
        for (int round = 0; round < 5; round++) {
            rig.records().delta("A", "yes", "0.4300", "1.00");
            rig.records().delta("A", "yes", "0.4100", "1.00");
        }
        rig.records().delta("B", "yes", "0.4300", "1.00");
        rig.passes(Duration.ofMillis(101));
        List<JsonNode> frames = line.run();
        assertHolds(line, 1, "A");
        assertHolds(line, 1, "B");
        assertThat(told(frames)).containsExactlyInAnyOrder(
                "orderbook_snapshot A +9", "top_of_book A +4", "orderbook_delta B +0", "top_of_book B +0");
        assertThat(rig.meters().get("orderbook.stream.merged").functionCounter().count()).isEqualTo(9);
        rig.records().delta("A", "yes", "0.4300", "1.00");
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(told(line.run())).containsExactlyInAnyOrder("orderbook_delta A +0", "orderbook_delta A +0",
                "top_of_book A +0", "top_of_book A +0");
        assertThat(line.shard().isEmpty()).isFalse();
        line.session().end("test");
        assertNothingLeft(line);
    }

    @Test
    void loopThatIsBehind_saysNothingOfATopThatCameBack() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "A"));
        line.command(subscribe("ticker", "A"));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        rig.records().delta("A", "yes", "0.4300", "-1.00");
        rig.passes(Duration.ofMillis(101));
        assertThat(line.run()).isEmpty();
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(told(line.run())).as("what was left out is counted in the next message")
                .containsExactlyInAnyOrder("top_of_book A +2", "ticker A +2");
    }

    /** From now on the test itself hands the publications to the event loop. */
    private List<Publication> takePublications() {
        List<Publication> taken = new ArrayList<>();
        rig.registry().removeListener(rig.fanOut());
        rig.registry().addListener((before, after) -> taken.add(new Publication(before, after)));
        return taken;
    }

    @Test
    void changesThatASnapshotOnRequestContains_areCountedInIt_orInTheNextMessageIfTheyComeLater() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"interval_ms\":1000,\"market_ticker\":\"A\"}}");
        List<Publication> taken = takePublications();
        for (int i = 0; i < 4; i++) {
            rig.records().delta("A", "yes", "0.4300", "1.00");
        }
        line.shard().offer(taken.get(0));
        assertThat(line.run()).as("waits").isEmpty();
        assertThat(told(line.command("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,"
                + "\"action\":\"get_snapshot\",\"market_ticker\":\"A\"}}"))).isEqualTo(List.of("top_of_book A +1"));
        taken.subList(1, 4).forEach(line.shard()::offer);
        line.run();
        assertThat(line.session().outbox().conflated()).isEqualTo(4);
        rig.passes(Duration.ofSeconds(2));
        line.afterStandingStill(Duration.ofSeconds(2));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        line.shard().offer(taken.get(4));
        assertThat(told(line.run())).isEqualTo(List.of("top_of_book A +3"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changesBeforeTheSubscription_thatComeAfterIt_areNotCounted(boolean merged) throws IOException {
        rig.records().book("A");
        List<Publication> taken = takePublications();
        rig.records().delta("A", "yes", "0.4300", "1.00");
        rig.records().delta("A", "yes", "0.4300", "1.00");
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "A"));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        if (merged) {
            line.shard().offer(taken.stream().reduce(Publication::mergedWith).orElseThrow());
        } else {
            taken.forEach(line.shard()::offer);
        }
        assertThat(told(line.run())).isEqualTo(List.of("top_of_book A +0"));
    }

    /** An event loop that dropped some of them does not know what they changed. */
    @Test
    void changesBeforeAStateThatWasCaughtUpWith_areNotCounted() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1 << 18, 2));
        rig.records().book("A");
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "A"));
        List<Publication> taken = takePublications();
        for (int i = 0; i < 4; i++) {
            rig.records().delta("A", "yes", "0.4300", "1.00");
        }
        taken.subList(0, 3).forEach(line.shard()::offer);
        assertThat(told(line.run())).isEqualTo(List.of("top_of_book A +0"));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        line.shard().offer(taken.get(3));
        line.shard().offer(taken.get(4));
        assertThat(told(line.run())).isEqualTo(List.of("top_of_book A +0"));
    }

    @Test
    void changeThatWasUndone_isNotSentWhenItComesLate_afterTheOneThatUndidIt() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "A"));
        List<Publication> taken = takePublications();
        rig.records().delta("A", "yes", "0.4300", "1.00");
        rig.records().delta("A", "yes", "0.4300", "-1.00");
        line.shard().offer(taken.get(1));
        line.shard().offer(taken.get(0));
        assertThat(line.run()).isEmpty();
    }

    @Test
    void changesThatWereUndoneWhileTheClientDidNotRead_areNotSentAfterwards_butCounted() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "A"));
        List<Publication> taken = takePublications();
        for (String contracts : List.of("1.00", "1.00", "-2.00")) {
            rig.records().delta("A", "yes", "0.4300", contracts);
        }
        line.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        line.shard().offer(taken.get(0));
        assertThat(line.run()).isEmpty();
        line.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        assertThat(line.run()).as("the state that the client holds").isEmpty();
        taken.subList(1, 3).forEach(line.shard()::offer);
        assertThat(line.run()).as("they are in that state").isEmpty();
        rig.records().delta("A", "yes", "0.4300", "1.00");
        line.shard().offer(taken.get(3));
        assertThat(told(line.run())).isEqualTo(List.of("top_of_book A +3"));
    }

    /** Type, market and the number of messages that it replaces. */
    private static List<String> told(List<JsonNode> frames) {
        return frames.stream().map(frame -> frame.get("type").asText() + " " + frame.at("/msg/market_ticker").asText()
                + " +" + frame.path("conflated_count").asInt()).toList();
    }

    private static List<String> tickersOf(List<JsonNode> frames) {
        return frames.stream().map(frame -> frame.at("/msg/market_ticker").asText()).toList();
    }

    @Test
    void marketThatIsNew_isHeardOnce_byThoseWhoFollowAll() throws IOException {
        Line tops = rig.connect();
        Line prices = rig.connect();
        tops.command(SUBSCRIBE_ALL.formatted("top_of_book"));
        prices.command(SUBSCRIBE_ALL.formatted("ticker"));
        rig.records().book("NEW");
        List<JsonNode> top = tops.run();
        assertThat(types(top)).isEqualTo(List.of("top_of_book"));
        assertThat(top.get(0).has("conflated_count")).isFalse();
        List<JsonNode> price = prices.run();
        assertThat(types(price)).isEqualTo(List.of("ticker"));
        assertThat(price.get(0).at("/msg/yes_bid_dollars").asText()).isEqualTo("0.4300");
    }

    @Test
    void clientThatDoesNotRead_holdsOneMessageAMarket_andIsRightAfterwards() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 4_096, 65_536));
        rig.records().book("M-0");
        rig.records().book("M-1");
        Line line = rig.connect();
        line.command(subscribe("orderbook_delta", "M-0", "M-1"));
        line.command(subscribe("top_of_book", "M-0", "M-1"));
        line.stall();
        for (int round = 0; round < 1_000; round++) {
            rig.records().delta("M-" + round % 2, "yes", "0.4400", "1.00");
            assertThat(line.run()).isEmpty();
        }
        assertThat(line.channel().unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(4_096 + 1_024);
        List<JsonNode> frames = line.read();
        assertHolds(line, 1, "M-0");
        assertHolds(line, 1, "M-1");
        long deltas = frames.stream().filter(frame -> frame.get("type").asText().equals("orderbook_delta")).count();
        long tops = frames.stream().filter(frame -> frame.get("type").asText().equals("top_of_book")).count();
        // what was written before, then one snapshot or top per market, with the number of messages that it replaces
        assertThat(deltas + tops + 2 + line.client().conflated()).isEqualTo(2_000);
        assertThat(types(frames.subList(frames.size() - 4, frames.size()))).containsExactlyInAnyOrder(
                "orderbook_snapshot", "orderbook_snapshot", "top_of_book", "top_of_book");
    }

    /** A client that has not read for longer than allowed, while its market changed a hundred times. */
    private Line stalled() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1_024, 65_536));
        rig.records().book("M");
        Line line = rig.connect();
        line.command(subscribe("orderbook_delta", "M"));
        line.stall();
        for (int round = 0; round < 100; round++) {
            rig.records().delta("M", "yes", "0.4400", "1.00");
            line.run();
        }
        line.after(Duration.ofSeconds(31));
        return line;
    }

    @Test
    void clientThatNeverReads_isToldAndSentAway_andLeavesNothing() throws IOException {
        Line line = stalled();
        assertThat(closed("slow_client")).isEqualTo(1);
        assertNothingLeft(line);
        List<JsonNode> frames = line.read();
        assertThat(frames.get(frames.size() - 1)).isEqualTo(StreamClient.json(
                "{\"type\":\"error\",\"msg\":{\"code\":25,\"msg\":\"Subscription buffer overflow\"}}"));
        assertThat(line.closeCodes()).isEqualTo(List.of(1008));
    }

    @Test
    void clientThatNeverReads_isCutAfterTheGrace() throws IOException {
        Line line = stalled();
        assertThat(line.channel().isOpen()).isTrue();
        line.after(Duration.ofSeconds(5));
        assertThat(line.channel().isOpen()).isFalse();
        assertThat(line.channel().hasPendingTasks()).isFalse();
    }

    @Test
    void clientThatDoesNotAnswerPings_isSentAway_butOneThatDoesStays() throws IOException {
        Line silent = rig.connect();
        Line answering = rig.connect();
        for (int beat = 0; beat < 10; beat++) {
            answering.after(Duration.ofSeconds(10));
            answering.receive(new PongWebSocketFrame());
            silent.after(Duration.ofSeconds(10));
        }
        assertThat(List.of(answering.closeCodes(), silent.closeCodes())).isEqualTo(List.of(List.of(), List.of(1008)));
        assertThat(closed("missed_pongs")).isEqualTo(1);
    }

    @Test
    void loopThatStoodStill_longerThanClientsMayBeSilent_sendsNobodyAway() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1_024, 65_536));
        rig.records().book("M");
        Line idle = rig.connect();
        Line stalled = rig.connect();
        stalled.command(subscribe("orderbook_delta", "M"));
        stalled.stall();
        for (int round = 0; round < 100; round++) {
            rig.records().delta("M", "yes", "0.4400", "1.00");
            stalled.run();
        }
        assertThat(stalled.session().outbox().isWritable()).isFalse();
        idle.afterStandingStill(Duration.ofMinutes(2));
        stalled.afterStandingStill(Duration.ofMinutes(2));
        assertThat(List.of(idle.session().isEnded(), stalled.session().isEnded())).isEqualTo(List.of(false, false));
        idle.after(Duration.ofSeconds(31));
        stalled.after(Duration.ofSeconds(31));
        assertThat(List.of(closed("missed_pongs"), closed("slow_client"))).isEqualTo(List.of(1.0, 1.0));
    }

    @Test
    void replyLargerThanTheBuffer_isNoReasonToSendAClientAway() throws IOException {
        rig = new StreamRig(new Limits(100_000, 1_000, 4_096, 65_536));
        Line line = rig.connect();
        List<String> tickers = IntStream.range(0, 2_000).mapToObj(i -> "MARKET-" + i).toList();
        line.command(subscribe("top_of_book", tickers.toArray(String[]::new)));
        line.stall();
        line.command("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"add_markets\","
                + "\"market_tickers\":[\"MORE-1\"]}}");
        line.command("{\"id\":3,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"add_markets\","
                + "\"market_tickers\":[\"MORE-2\"]}}");
        List<JsonNode> frames = line.read();
        assertThat(frames.stream().filter(frame -> frame.get("type").asText().equals("ok"))
                .map(frame -> frame.at("/msg/market_tickers").size()).toList()).isEqualTo(List.of(2_001, 2_002));
        assertThat(line.session().isEnded()).isFalse();
    }

    @Test
    void clientThatReadsNoReplies_isNotReadFrom_andSentAwayInTheEnd() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1_024, 65_536));
        Line line = rig.connect();
        line.stall();
        for (int i = 0; i < 10_000; i++) {
            line.command("{\"id\":7,\"cmd\":\"list_subscriptions\"}");
        }
        assertThat(line.channel().config().isAutoRead()).isFalse();
        assertThat(line.channel().unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(2_048);
        assertThat(line.session().isEnded()).isFalse();
        line.after(Duration.ofSeconds(31));
        assertThat(line.session().isEnded()).isTrue();
        assertThat(closed("slow_client")).isEqualTo(1);
        assertNothingLeft(line);
    }

    @Test
    void commands_thatFail_countOnce() throws IOException {
        rig = new StreamRig(new Limits(1_000, 3, 1 << 18, 65_536));
        Line line = rig.connect();
        List<Integer> codes = IntStream.range(0, 5).mapToObj(i -> {
            try {
                return line.command("{\"id\":1,\"cmd\":\"dance\"}").get(0).at("/msg/code").asInt();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }).toList();
        assertThat(codes).isEqualTo(List.of(5, 5, 5, 27, 27));
    }

    @Test
    void statusThatChangesByItself_isNoLateDelivery() throws IOException {
        Line line = rig.connect();
        line.command(subscribe("top_of_book", "M"));
        rig.records().book("M");
        line.run();
        rig.records().apply("market_lifecycle_v2", "M", "\"event_type\":\"deactivated\"");
        assertThat(types(line.run())).isEqualTo(List.of("top_of_book"));
        assertThat(rig.meters().get("orderbook.stream.publish.to.socket").timer().count()).isEqualTo(1);
    }

    @Test
    void socketThatGoesAway_leavesNothing() throws IOException {
        rig.records().book("M");
        Line line = rig.connect();
        line.command(subscribe("orderbook_delta", "M"));
        line.command(SUBSCRIBE_ALL.formatted("top_of_book"));
        line.command(subscribe("ticker", "M", "N"));
        line.stall();
        for (int round = 0; round < 5_000; round++) {
            rig.records().delta("M", "yes", "0.4400", "1.00");
            line.run();
        }
        line.disconnect();
        line.run();
        assertNothingLeft(line);
        assertThat(closed("disconnected")).isEqualTo(1);
        rig.records().delta("M", "yes", "0.4400", "1.00");
        assertThat(line.after(Duration.ofMinutes(1))).isEmpty();
    }
}
