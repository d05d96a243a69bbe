package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One connection, driven by the exchange's messages and a clock that the test moves. */
class ExchangeSessionTest {
    private static final String BOOKS = "orderbook_delta";

    private static final class Heard implements ExchangeSession.Listener {
        private final List<String> all = new ArrayList<>();

        @Override
        public void received(ExchangeSession session, ExchangeMessage message) {
            all.add(message.type() + " " + message.ticker() + " " + message.seq());
        }

        @Override
        public void lost(ExchangeSession session, OptionalLong sid, String reason) {
            all.add("gap " + (sid.isPresent() ? sid.getAsLong() : "all"));
        }

        @Override
        public void lostOf(ExchangeSession session, String channel) {
            all.add("lost " + channel);
        }

        @Override
        public void opened(ExchangeSession session) {
            all.add("opened " + session.number());
        }

        @Override
        public void ended(ExchangeSession session, Line.End end) {
            all.add("ended " + session.number());
        }

        private List<String> take() {
            List<String> taken = List.copyOf(all);
            all.clear();
            return taken;
        }
    }

    private final ManualClock clock = new ManualClock();
    private final FakeExchange exchange = new FakeExchange(clock);
    private final Heard heard = new Heard();
    private final ConnectorFigures figures = new ConnectorFigures();
    private final ExchangeSession session = session(2, new ChannelSubscription(BOOKS, false, 2));

    private ExchangeSession session(int marketsPerCommand, ChannelSubscription... channels) {
        return new ExchangeSession(clock, new SplittableRandom(1), exchange, exchange, heard, figures, marketsPerCommand,
                List.of(channels));
    }

    private void connect(String... tickers) {
        for (String ticker : tickers) {
            session.want(ticker);
        }
        session.start();
        exchange.line().events.opened();
        heard.take();
    }

    /** Two markets that are subscribed to and have their snapshots. */
    private void connectWithBooks() {
        connect("A", "B");
        exchange.subscribed(1, BOOKS, 1);
        exchange.snapshot(1, 1, "A");
        exchange.snapshot(1, 2, "B");
        heard.take();
        exchange.line().take();
    }

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 20) {
            clock.advance(Math.min(20, left));
            session.tick();
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.textValue()));
        return texts;
    }

    private static List<String> tickers(JsonNode command) {
        return texts(command.get("params").get("market_tickers"));
    }

    private static String action(JsonNode command) {
        return command.get("params").path("action").asText(command.get("cmd").textValue());
    }

    /** A connection for books and trades, with the book of A; its subscription to trades is not acknowledged yet. */
    private ExchangeSession booksAndTrades() {
        ExchangeSession both = session(2, new ChannelSubscription(BOOKS, false, 2), new ChannelSubscription("trade", true, 2));
        both.want("A");
        both.start();
        exchange.line().events.opened();
        exchange.subscribed(1, BOOKS, 1);
        exchange.snapshot(1, 1, "A");
        return both;
    }

    @Test
    void markets_areSubscribedInChunks_theFirstBySubscribeTheOthersByItsSid() {
        connect("A", "B", "C", "D", "E");
        List<JsonNode> first = exchange.line().take();
        assertThat(first).hasSize(1);
        assertThat(tickers(first.get(0))).containsExactly("A", "B");

        exchange.subscribed(first.get(0).get("id").longValue(), BOOKS, 7);
        pass(20);
        List<JsonNode> rest = exchange.line().take();
        assertThat(rest).extracting(ExchangeSessionTest::action).containsExactly("add_markets", "add_markets");
        assertThat(rest).extracting(command -> command.get("params").get("sids").get(0).longValue()).containsOnly(7L);
        assertThat(rest).flatExtracting(ExchangeSessionTest::tickers).containsExactly("C", "D", "E");
    }

    @Test
    void subscribe_thatIsNeverAcknowledged_isSentAgainAndThenTheConnectionIsGivenUp() {
        connect("A");
        assertThat(exchange.line().take()).hasSize(1);
        exchange.line().events.ponged(clock.epochMs());
        pass(9_990);
        assertThat(exchange.line().take()).isEmpty();
        exchange.line().events.ponged(clock.epochMs());
        pass(40);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("subscribe");
        for (int i = 0; i < 4; i++) {
            exchange.line().events.ponged(clock.epochMs());
            pass(10_000);
        }
        assertThat(exchange.lines).hasSizeGreaterThan(1);
        assertThat(exchange.lines.get(0).closed).isTrue();
    }

    @Test
    void channelWithoutBooks_thatIsNeverAnswered_isAskedForAgain_andEndsNoConnection() {
        ExchangeSession both = booksAndTrades();
        exchange.line().take();
        for (int second = 0; second < 100; second++) {
            clock.advance(1_000);
            both.tick();
            exchange.line().events.ponged(clock.epochMs());
        }
        assertThat(exchange.lines).hasSize(1);
        assertThat(exchange.line().take()).hasSizeBetween(8, 10).allMatch(command -> command.toString().contains("trade"));
    }

    @Test
    void acknowledgementWithoutAnId_isOne() {
        ExchangeSession both = session(2, new ChannelSubscription(BOOKS, false, 2), new ChannelSubscription("trade", true, 2));
        both.start();
        exchange.line().events.opened();
        exchange.line().take();
        exchange.say("{\"type\":\"subscribed\",\"id\":1,\"msg\":{\"channel\":\"trade\"}}");
        for (int i = 0; i < 50; i++) {
            clock.advance(20);
            both.tick();
        }
        assertThat(exchange.line().take()).isEmpty();
    }

    @Test
    void deletion_thatIsNeverAnswered_endsNoConnection() {
        connectWithBooks();
        session.drop("B");
        for (int second = 0; second < 60; second++) {
            pass(1_000);
            exchange.line().events.ponged(clock.epochMs());
        }
        assertThat(exchange.lines).hasSize(1);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).hasSizeBetween(4, 6).containsOnly("delete_markets");
    }

    @Test
    void sid_isLearntFromData_whereNoAcknowledgementComes() {
        connect("A", "B", "C");
        exchange.line().take();
        exchange.snapshot(3, 1, "A");
        exchange.snapshot(3, 2, "B");
        pass(20);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("add_markets");
        assertThat(session.confirmedCount()).isEqualTo(2);
    }

    @Test
    void hole_isToldBeforeTheMessageBehindIt_thenAllMarketsAreAskedFor() {
        connectWithBooks();
        exchange.delta(1, 4, "A");
        assertThat(heard.take()).containsExactly("gap 1", "orderbook_delta A 4");
        pass(20);
        List<JsonNode> asked = exchange.line().take();
        assertThat(asked).extracting(ExchangeSessionTest::action).containsExactly("get_snapshot");
        assertThat(tickers(asked.get(0))).containsExactlyInAnyOrder("A", "B");
    }

    @Test
    void holes_beforeAnySnapshot_areToldOnce_andAskedForOnceMore() {
        connectWithBooks();
        exchange.delta(1, 4, "A");
        exchange.delta(1, 6, "A");
        exchange.delta(1, 8, "B");
        assertThat(heard.take()).containsExactly("gap 1", "orderbook_delta A 4", "orderbook_delta A 6", "orderbook_delta B 8");
        assertThat(figures.holes.sum()).isEqualTo(3);
        pass(900);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("get_snapshot");
        // the snapshots may have been among what was lost
        pass(5_200);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("get_snapshot");
        exchange.snapshot(1, 9, "A");
        exchange.delta(1, 11, "A");
        assertThat(heard.take()).containsExactly("orderbook_snapshot A 9", "gap 1", "orderbook_delta A 11");
    }

    @Test
    void numbersThatAreCountedAnew_endTheConnection_forNothingElseTells() {
        connectWithBooks();
        exchange.delta(1, 3, "A");
        heard.take();
        exchange.snapshot(1, 1, "B");
        assertThat(heard.take()).containsExactly("ended " + session.number());
        session.stop("next");

        connectWithBooks();
        for (int seq = 3; seq < 3 + SequenceWatch.REMEMBERED; seq++) {
            exchange.delta(1, seq, "A");
        }
        heard.take();
        exchange.snapshot(1, 2, "B");
        assertThat(heard.take()).as("too old to be compared").containsExactly("ended " + session.number());
    }

    @Test
    void duplicate_andMessageThatWasMissing_endNoConnection() {
        connectWithBooks();
        exchange.delta(1, 3, "A");
        exchange.delta(1, 3, "A");
        exchange.snapshot(1, 2, "B");
        exchange.delta(1, 6, "A");
        exchange.delta(1, 5, "A");
        assertThat(heard.take()).containsExactly("orderbook_delta A 3", "orderbook_delta A 3", "orderbook_snapshot B 2",
                "gap 1", "orderbook_delta A 6", "orderbook_delta A 5");
        assertThat(figures.repeated.sum()).isEqualTo(3);
        assertThat(session.isOpen()).isTrue();
    }

    @Test
    void tradesThatAreCountedAnew_endNoConnection() {
        ExchangeSession both = booksAndTrades();
        exchange.subscribed(2, "trade", 2);
        heard.take();
        for (String price : List.of("0.40", "0.41")) {
            exchange.say("{\"type\":\"trade\",\"sid\":2,\"seq\":1,\"msg\":{\"market_ticker\":\"A\",\"yes_price_dollars\":\"" + price
                    + "\"}}");
        }
        assertThat(heard.take()).containsExactly("trade A 1", "trade A 1");
        assertThat(both.isOpen()).isTrue();
    }

    @Test
    void channelBesideTheBooks_thatNeedsALogin_isDoneWithout() {
        ExchangeSession both = booksAndTrades();
        heard.take();
        exchange.error(2, 0, 9);
        assertThat(both.isOpen()).isTrue();
        exchange.line().take();
        clock.advance(20_000);
        both.tick();
        assertThat(exchange.line().take()).noneMatch(command -> command.toString().contains("trade"));
    }

    @Test
    void endOfASubscription_thatIsNoneOfOurs_endsTheConnection_forItMayBeThatOfTheBooks() {
        for (boolean byError : new boolean[] {false, true}) {
            connectWithBooks();
            long number = session.number();
            if (byError) {
                exchange.error(0, 9, 25);
            } else {
                exchange.say("{\"type\":\"unsubscribed\",\"sid\":9,\"seq\":1}");
            }
            assertThat(heard.take()).containsExactly("ended " + number);
            session.stop("next");
        }
    }

    @Test
    void numbers_countOverRepliesAndMarketsThatNobodyWants() {
        connectWithBooks();
        exchange.ok(99, 1, 3);
        exchange.delta(1, 4, "SOMETHING-ELSE");
        exchange.delta(1, 5, "A");
        assertThat(heard.take()).containsExactly("orderbook_delta SOMETHING-ELSE 4", "orderbook_delta A 5");
        assertThat(figures.holes.sum()).isZero();
    }

    @Test
    void hole_beforeTheFirstMessage_isAHole() {
        connect("A");
        exchange.subscribed(1, BOOKS, 1);
        exchange.snapshot(1, 2, "A");
        assertThat(heard.take()).containsExactly("gap 1", "orderbook_snapshot A 2");
    }

    @Test
    void hole_ofAChannelWithoutBooks_marksNoBook() {
        ExchangeSession both = session(2, new ChannelSubscription(BOOKS, false, 2), new ChannelSubscription("trade", true, 2));
        both.want("A");
        both.start();
        exchange.line().events.opened();
        heard.take();
        exchange.subscribed(2, "trade", 2);
        exchange.say("{\"type\":\"trade\",\"sid\":2,\"seq\":5,\"msg\":{\"market_ticker\":\"A\"}}");
        assertThat(heard.take()).containsExactly("lost trade", "trade A 5");
    }

    @Test
    void hole_ofAChannelWithoutBooks_whoseAcknowledgementIsMissing_marksNoBookEither() {
        ExchangeSession both = booksAndTrades();
        heard.take();
        exchange.line().take();
        exchange.say("{\"type\":\"trade\",\"sid\":2,\"seq\":5,\"msg\":{\"market_ticker\":\"A\"}}");
        assertThat(heard.take()).containsExactly("lost trade", "trade A 5");
        clock.advance(20);
        both.tick();
        assertThat(exchange.line().take()).isEmpty();
    }

    @Test
    void holes_oneAfterTheOther_askForNoMarketMoreThanOnceInFiveSeconds() {
        connectWithBooks();
        List<Long> askedMs = new ArrayList<>();
        long seq = 3;
        for (int second = 0; second < 60; second++) {
            seq += 2;
            exchange.delta(1, seq, "A");
            for (int tick = 0; tick < 50; tick++) {
                pass(20);
                for (JsonNode command : exchange.line().take()) {
                    if (action(command).equals("get_snapshot") && tickers(command).contains("A")) {
                        askedMs.add(clock.epochMs());
                    }
                }
            }
        }
        assertThat(askedMs).hasSizeBetween(10, 13);
        assertThat(IntStream.range(1, askedMs.size()).mapToLong(i -> askedMs.get(i) - askedMs.get(i - 1)))
                .allMatch(gap -> gap >= 5_000);
    }

    @Test
    void snapshot_thatIsLost_isAskedForAfterTenSeconds() {
        connect("A", "B");
        exchange.subscribed(1, BOOKS, 1);
        exchange.snapshot(1, 1, "A");
        exchange.line().take();
        for (int i = 0; i < 9; i++) {
            exchange.line().events.ponged(clock.epochMs());
            pass(1_000);
        }
        assertThat(exchange.line().take()).isEmpty();
        pass(1_100);
        List<JsonNode> asked = exchange.line().take();
        assertThat(asked).extracting(ExchangeSessionTest::action).containsExactly("get_snapshot");
        assertThat(tickers(asked.get(0))).containsExactly("B");
    }

    @Test
    void market_whoseSubscriptionIsRefused_isSubscribedToLater_andNoSnapshotIsAskedForIt() {
        connectWithBooks();
        session.want("C");
        List<String> commands = new ArrayList<>();
        for (int ms = 0; ms < 120_000; ms += 20) {
            pass(20);
            exchange.line().events.ponged(clock.epochMs());
            for (JsonNode command : exchange.line().take()) {
                commands.add(action(command));
                exchange.error(command.get("id").longValue(), 0, 27);
            }
        }
        assertThat(commands).hasSizeGreaterThan(8).containsOnly("add_markets");
    }

    @Test
    void silence_ofFifteenSeconds_endsTheConnection_andTheNextHasALargerNumber() {
        connectWithBooks();
        long first = session.number();
        pass(14_900);
        assertThat(heard.take()).isEmpty();
        pass(200);
        assertThat(heard.take()).containsExactly("ended " + first);
        assertThat(exchange.lines.get(0).closed).isTrue();
        pass(200);
        assertThat(exchange.lines).hasSize(2);
        exchange.line().events.opened();
        assertThat(session.number()).isGreaterThan(first);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("subscribe");
    }

    @Test
    void pongs_keepAQuietConnection_pingsAreSentEachSecond() {
        connectWithBooks();
        for (int i = 0; i < 60; i++) {
            pass(1_000);
            exchange.line().events.ponged(clock.epochMs());
        }
        assertThat(exchange.lines).hasSize(1);
        assertThat(exchange.line().pings).isBetween(57, 60);
        assertThat(session.heardEpochMs()).isEqualTo(clock.epochMs());
    }

    @Test
    void pingsOfTheExchange_keepAQuietConnection_evenIfItAnswersNone() {
        connectWithBooks();
        for (int i = 0; i < 6; i++) {
            pass(10_000);
            exchange.line().events.pinged(clock.epochMs());
        }
        assertThat(exchange.lines).hasSize(1);
        assertThat(session.heardEpochMs()).isEqualTo(clock.epochMs());
    }

    @Test
    void silence_whileTheSocketIsNotRead_meansNothing() {
        connectWithBooks();
        session.read(false);
        pass(60_000);
        assertThat(exchange.lines).hasSize(1);
        session.read(true);
        pass(14_000);
        assertThat(exchange.lines).hasSize(1);
        assertThat(exchange.line().reads).isTrue();
    }

    @Test
    void time_inWhichNobodyListened_isNoSilence() {
        connectWithBooks();
        clock.advance(60_000);
        session.tick();
        assertThat(exchange.lines).hasSize(1);
        assertThat(session.isOpen()).isTrue();
        pass(15_100);
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void connection_thatFailsAgainAndAgain_waitsLongerUpToThirtySeconds_atRandom() {
        connect("A");
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            exchange.refuse(503);
            long endedMs = clock.epochMs();
            int lines = exchange.lines.size();
            while (exchange.lines.size() == lines) {
                pass(20);
            }
            waits.add(clock.epochMs() - endedMs);
        }
        assertThat(waits.get(0)).isBetween(50L, 140L);
        assertThat(waits).allMatch(wait -> wait <= 30_020);
        assertThat(waits.subList(10, 20)).allMatch(wait -> wait >= 15_000).doesNotHaveDuplicates();
    }

    @Test
    void handshake_thatIsRefusedForATime_isNotTriedBefore() {
        connect("A");
        exchange.line().events.ended(new Line.End("refused", OptionalInt.of(429), 20_000));
        pass(19_980);
        assertThat(exchange.lines).hasSize(1);
        pass(40);
        assertThat(exchange.lines).hasSize(2);
    }

    private void awaitNextLine() {
        int lines = exchange.lines.size();
        while (exchange.lines.size() == lines) {
            pass(20);
        }
    }

    @Test
    void backoff_beginsAnew_onceTheExchangeHasSpoken_andTheConnectionHasLasted() {
        connect("A");
        for (int i = 0; i < 12; i++) {
            exchange.refuse(503);
            awaitNextLine();
        }
        exchange.line().events.opened();
        exchange.subscribed(1, BOOKS, 1);
        pass(1_000);
        exchange.end("closed");
        pass(140);
        assertThat(exchange.lines).hasSize(14);
    }

    @Test
    void exchange_thatSpeaksAndClosesAtOnce_isTriedLaterAndLater() {
        connect("A");
        long beganMs = clock.epochMs();
        for (int i = 0; i < 10; i++) {
            exchange.subscribed(1, BOOKS, 1);
            exchange.snapshot(1, 1, "A");
            exchange.end("closed");
            awaitNextLine();
            exchange.line().events.opened();
        }
        assertThat(clock.epochMs() - beganMs).isGreaterThan(30_000);
    }

    @Test
    void subscription_thatIsEndedAgainAndAgain_isMadeAnewLaterAndLater_untilItLasts() {
        connect("A");
        exchange.line().take();
        long sid = 0;
        long waitedMs = 0;
        for (int i = 0; i < 10; i++) {
            exchange.subscribed(i + 1, BOOKS, ++sid);
            exchange.error(0, sid, 25);
            waitedMs = awaitSubscribe();
        }
        assertThat(waitedMs).isGreaterThan(10_000);
        exchange.subscribed(11, BOOKS, ++sid);
        exchange.snapshot(sid, 1, "A");
        pass(1_020);
        exchange.error(0, sid, 25);
        assertThat(awaitSubscribe()).isLessThan(150);
    }

    private long awaitSubscribe() {
        long sinceMs = clock.epochMs();
        while (exchange.line().take().stream().noneMatch(command -> action(command).equals("subscribe"))) {
            exchange.line().events.ponged(clock.epochMs());
            pass(20);
        }
        return clock.epochMs() - sinceMs;
    }

    @Test
    void connection_onWhichNothingButErrorsCome_isOpenedAgainLaterAndLater() {
        connect("A");
        long waitedMs = 0;
        for (int i = 0; i < 10; i++) {
            exchange.error(1, 0, 9);
            waitedMs = clock.epochMs();
            int lines = exchange.lines.size();
            while (exchange.lines.size() == lines) {
                pass(20);
            }
            waitedMs = clock.epochMs() - waitedMs;
            exchange.line().events.opened();
        }
        assertThat(waitedMs).isGreaterThanOrEqualTo(15_000);
    }

    @Test
    void bufferOverflow_endsTheSubscription_whichIsMadeAnewUnderAnotherSid() {
        connectWithBooks();
        exchange.error(0, 1, 25);
        assertThat(heard.take()).containsExactly("gap 1");
        pass(200);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("subscribe");
        exchange.subscribed(2, BOOKS, 5);
        exchange.snapshot(5, 1, "A");
        exchange.snapshot(5, 2, "B");
        assertThat(heard.take()).containsExactly("orderbook_snapshot A 1", "orderbook_snapshot B 2");
        assertThat(session.confirmedCount()).isEqualTo(2);
    }

    @Test
    void dataOfASubscriptionThatHasEnded_isNothing_andNotTheNextOnesId() {
        connectWithBooks();
        exchange.error(0, 1, 25);
        heard.take();
        exchange.snapshot(1, 3, "A");
        exchange.ok(77, 1, 4);
        assertThat(heard.take()).isEmpty();
        assertThat(session.confirmedCount()).isZero();
        pass(200);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("subscribe");
    }

    @Test
    void subscriptionId_thatIsUsedAgain_endsTheConnection_forItsNumbersBeginAnew() {
        for (boolean byOk : new boolean[] {false, true}) {
            connectWithBooks();
            long number = session.number();
            exchange.error(0, 1, 25);
            pass(200);
            long id = exchange.line().take().get(0).get("id").longValue();
            heard.take();
            if (byOk) {
                exchange.ok(id, 1, 1);
            } else {
                exchange.subscribed(id, BOOKS, 1);
            }
            assertThat(heard.take()).containsExactly("ended " + number);
            session.stop("next");
        }
    }

    @Test
    void channelError_withoutASid_endsTheConnection() {
        connectWithBooks();
        exchange.error(0, 0, 10);
        assertThat(heard.take()).containsExactly("ended " + session.number());
    }

    @Test
    void refusedCommand_isSentAgainLater_andAnUnknownChannelNever() {
        connect("A");
        exchange.line().take();
        exchange.error(1, 0, 27);
        pass(200);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("subscribe");
        exchange.error(2, 0, 8);
        pass(9_000);
        assertThat(exchange.line().take()).isEmpty();
    }

    @Test
    void marketsBeyondTheExchangesLimit_areAddedOnceOthersAreDeleted() {
        connectWithBooks();
        session.want("C");
        pass(20);
        exchange.error(exchange.line().take().get(0).get("id").longValue(), 0, 26);
        pass(9_000);
        assertThat(exchange.line().take()).isEmpty();
        session.drop("A");
        pass(20);
        List<JsonNode> deletion = exchange.line().take();
        assertThat(deletion).extracting(ExchangeSessionTest::action).containsExactly("delete_markets");
        exchange.ok(deletion.get(0).get("id").longValue(), 1, 3);
        pass(20);
        List<JsonNode> addition = exchange.line().take();
        assertThat(addition).extracting(ExchangeSessionTest::action).containsExactly("add_markets");
        assertThat(tickers(addition.get(0))).containsExactly("C");
    }

    /** Refuses each command that names X, and carries out the others. Returns the number of commands. */
    private int answerAllButX(ExchangeSession of, long ms) {
        int commands = 0;
        for (long passed = 0; passed < ms; passed += 20) {
            clock.advance(20);
            of.tick();
            exchange.line().events.ponged(clock.epochMs());
            for (JsonNode command : exchange.line().take()) {
                commands++;
                long id = command.get("id").longValue();
                if (tickers(command).contains("X")) {
                    exchange.error(id, 0, 11);
                    continue;
                }
                if (action(command).equals("subscribe")) {
                    exchange.subscribed(id, BOOKS, 1);
                } else if (!action(command).equals("get_snapshot")) {
                    exchange.ok(id, 1, 0);
                }
                if (!action(command).equals("delete_markets")) {
                    tickers(command).forEach(ticker -> exchange.snapshot(1, 0, ticker, id));
                }
            }
        }
        return commands;
    }

    @Test
    void marketThatTheExchangeRefuses_keepsNoOtherFromBeingSubscribedTo() {
        ExchangeSession many = session(500, new ChannelSubscription(BOOKS, false, 500));
        IntStream.range(0, 3_000).forEach(i -> many.want(i == 700 ? "X" : "M" + i));
        many.start();
        exchange.line().events.opened();
        int commands = answerAllButX(many, 5_000);
        assertThat(many.confirmedCount()).isEqualTo(2_999);
        assertThat(commands).isLessThan(60);
        answerAllButX(many, 120_000);
        many.want("LATE");
        assertThat(answerAllButX(many, 100)).isEqualTo(1);
        assertThat(many.confirmedCount()).isEqualTo(3_000);
    }

    @Test
    void marketThatTheExchangeRefuses_isTriedAgainRarely_howeverManyOthersItAccepts() {
        connect("X", "A");
        int commands = 0;
        for (int second = 0; second < 300; second++) {
            session.want("M" + second);
            commands += answerAllButX(session, 1_000);
        }
        assertThat(session.confirmedCount()).isEqualTo(301);
        assertThat(commands).isBetween(301, 330);
    }

    @Test
    void deletionWithoutAnAnswer_isNotRepeatedForAMarketThatIsWantedAgain() {
        connectWithBooks();
        session.drop("B");
        pass(20);
        assertThat(exchange.line().take()).extracting(ExchangeSessionTest::action).containsExactly("delete_markets");
        session.want("B");
        assertThat(answerAllButX(session, 30_000)).as("add_markets").isEqualTo(1);
        assertThat(session.confirmedCount()).isEqualTo(2);
    }

    @Test
    void deletionThatTheExchangeRefuses_isTriedInHalves_andOfOneMarketNotAgain() {
        connect("A", "X");
        answerAll();
        session.drop("A");
        session.drop("X");
        assertThat(answerAllButX(session, 60_000)).isEqualTo(3);
        session.want("C");
        assertThat(answerAllButX(session, 100)).isEqualTo(1);
        assertThat(session.confirmedCount()).isEqualTo(1);
    }

    private void answerAll() {
        for (JsonNode command : exchange.line().take()) {
            exchange.subscribed(command.get("id").longValue(), BOOKS, 1);
            tickers(command).forEach(ticker -> exchange.snapshot(1, 0, ticker));
        }
    }

    @Test
    void marketWhoseSnapshotTheExchangeRefuses_keepsNoOtherFromBeingHealed() {
        ExchangeSession many = session(500, new ChannelSubscription(BOOKS, false, 500));
        IntStream.range(0, 1_000).forEach(i -> many.want(i == 700 ? "X" : "M" + i));
        many.start();
        exchange.line().events.opened();
        for (int i = 0; i < 3; i++) {
            answerAll();
            clock.advance(20);
            many.tick();
        }
        heard.take();
        many.refreshAll();
        answerAllButX(many, 60_000);
        assertThat(heard.take()).filteredOn(one -> one.startsWith("orderbook_snapshot")).doesNotHaveDuplicates().hasSize(999);
        many.refreshAll();
        answerAllButX(many, 1_000);
        assertThat(heard.take()).filteredOn(one -> one.startsWith("orderbook_snapshot")).hasSize(999);
    }

    @Test
    void unreadableMessage_isALossOfAllBooks() {
        connectWithBooks();
        exchange.say("{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":3,");
        assertThat(heard.take()).containsExactly("gap all");
    }

    @Test
    void marketThatIsDropped_isDeleted_andNothingIsAskedForItAnyMore() {
        connectWithBooks();
        session.refresh("B");
        session.drop("B");
        pass(20);
        List<JsonNode> commands = exchange.line().take();
        assertThat(commands).extracting(ExchangeSessionTest::action).containsExactly("delete_markets");
        assertThat(tickers(commands.get(0))).containsExactly("B");
    }

    @Test
    void eventsOfAnOlderSocket_areNothing() {
        connectWithBooks();
        Line.Events old = exchange.line().events;
        exchange.end("closed");
        heard.take();
        pass(200);
        exchange.line().events.opened();
        heard.take();
        old.received("{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":9,\"msg\":{\"market_ticker\":\"A\"}}".getBytes(), 1);
        old.ended(Line.End.of("late"));
        assertThat(heard.take()).isEmpty();
        assertThat(session.isOpen()).isTrue();
    }
}
