package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.feed.exchange.FakeExchange.FakeLine;
import io.bookserver.feed.exchange.FakeExchange.Published;
import io.bookserver.feed.exchange.ListedMarket.Phase;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connector's complete logic, with the test as exchange, topic and clock. */
class ConnectorTest {
    private static final Set<Integer> ALL = Set.of(0, 1, 2, 3);

    private final ManualClock clock = new ManualClock();
    private final FakeExchange exchange = new FakeExchange(clock);
    private final ConnectorFigures figures = new ConnectorFigures();

    private Connector connector(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put("orderbook.feed.exchange." + settings[i], settings[i + 1]);
        }
        ExchangeConfig config = new SmallRyeConfigBuilder().withMapping(ExchangeConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100)).build().getConfigMapping(ExchangeConfig.class);
        return new Connector(config, new Connector.Surroundings(clock, new SplittableRandom(1), exchange, exchange, exchange,
                exchange, exchange, figures));
    }

    private void pass(Connector connector, long ms) {
        for (long left = ms; left > 0; left -= 20) {
            clock.advance(20);
            connector.tick();
            for (FakeLine line : exchange.lines) {
                line.events.ponged(clock.epochMs());
            }
        }
    }

    private void list(Connector connector, String... tickers) {
        while (exchange.listings.isEmpty()) {
            pass(connector, 20);
        }
        ListedMarket[] markets = new ListedMarket[tickers.length];
        for (int i = 0; i < tickers.length; i++) {
            markets[i] = new ListedMarket(tickers[i], Phase.OPEN, OptionalLong.of(1), OptionalLong.of(9_999_999_999L));
        }
        exchange.list("", markets);
    }

    /** One connection with the books of A and B. */
    private Connector connected(String... settings) {
        Connector connector = connector(settings);
        connector.assigned(ALL, 4);
        list(connector, "A", "B");
        exchange.line().events.opened();
        pass(connector, 20);
        long id = exchange.line().take().stream()
                .filter(command -> command.toString().contains("orderbook_delta")).findFirst().orElseThrow().get("id").longValue();
        exchange.subscribed(id, "orderbook_delta", 1);
        exchange.snapshot(1, 1, "A");
        exchange.snapshot(1, 2, "B");
        return connector;
    }

    @Test
    void status_ofAConnection_isPublishedEachSecond_withWhenTheExchangeWasHeard() {
        Connector connector = connected();
        exchange.published.clear();
        pass(connector, 10_000);
        List<Published> statuses = exchange.published(FeedMessages.STATUS);
        assertThat(statuses).hasSizeBetween(10, 11);
        Published last = statuses.get(statuses.size() - 1);
        assertThat(last.payload().get("msg").get("connected").booleanValue()).isTrue();
        assertThat(last.payload().get("msg").get("markets").intValue()).isEqualTo(2);
        assertThat(clock.epochMs() - last.payload().get("msg").get("exchange_heard_ms").longValue()).isBetween(0L, 1_100L);
        assertThat(last.connection()).isEqualTo(exchange.published(FeedMessages.STATUS).get(0).connection());
    }

    @Test
    void hole_isPublishedBeforeWhatCameBehindIt() {
        connected();
        exchange.published.clear();
        exchange.delta(1, 9, "A");
        assertThat(exchange.published).extracting(Published::type).containsExactly("feed_gap", "orderbook_delta");
        assertThat(exchange.published.get(0).payload().get("sid").longValue()).isEqualTo(1);
        assertThat(exchange.published.get(0).key()).isEmpty();
    }

    @Test
    void end_ofAConnection_isPublishedAsAGapOfAll_andTheNextConnectionIsLarger() {
        Connector connector = connected();
        long first = exchange.published("orderbook_snapshot").get(0).connection();
        exchange.published.clear();
        exchange.end("closed");
        assertThat(exchange.published).extracting(Published::type).containsExactly("feed_gap", "feed_status");
        assertThat(exchange.published.get(0).payload().has("sid")).isFalse();
        assertThat(exchange.published.get(1).payload().get("msg").get("connected").booleanValue()).isFalse();
        assertThat(exchange.published).extracting(Published::connection).containsOnly(first);
        pass(connector, 200);
        exchange.line().events.opened();
        assertThat(exchange.published.get(exchange.published.size() - 1).connection()).isGreaterThan(first);
    }

    @Test
    void message_isPublishedUntouched_andThoseOfOtherMarketsAreNot() {
        Connector connector = connected();
        exchange.published.clear();
        String trade = "{\"type\":\"trade\", \"sid\":3,\"seq\":1,\"msg\":{\"market_ticker\":\"A\",\"new_field\":[1]}}";
        exchange.say(trade);
        exchange.say(trade.replace("\"A\"", "\"KXMVE-1\""));
        assertThat(exchange.published).extracting(Published::payload).containsExactly(FakeExchange.json(trade));
        connector.assigned(Set.of(MarketShare.partitionOf("B", 4)), 4);
        exchange.published.clear();
        exchange.line().events.opened();
        exchange.say(trade);
        assertThat(exchange.published("trade")).isEmpty();
    }

    /** Kafka may be away when a connection ends: nobody has read of it then. */
    @Test
    void lossOfRecords_isToldOfConnectionsThatEndedBefore_too() {
        Connector connector = connected();
        long first = exchange.published("orderbook_snapshot").get(0).connection();
        exchange.end("closed");
        exchange.published.clear();
        connector.recordsLost("kafka: away");
        assertThat(exchange.published("feed_gap")).extracting(Published::connection).containsExactly(first);
        exchange.published.clear();
        connector.recordsLost("kafka: away");
        assertThat(exchange.published("feed_gap")).as("that was told").isEmpty();
        for (int i = 0; i < 100; i++) {
            pass(connector, 40_000);
            exchange.line().events.opened();
            exchange.end("closed");
        }
        exchange.published.clear();
        connector.recordsLost("kafka: away");
        assertThat(exchange.published("feed_gap")).as("the last ones").hasSize(64);
    }

    /** They come on the lifecycle channel and name no market: the partition of their event decides whose they are. */
    @Test
    void messageAboutAnEvent_isPublishedByTheOwnerOfItsPartition() {
        Connector connector = connected();
        exchange.published.clear();
        String event = "{\"type\":\"event_lifecycle\",\"sid\":4,\"seq\":1,\"msg\":{\"event_ticker\":\"KXE-26\",\"title\":\"?\"}}";
        exchange.say(event);
        exchange.say(event.replace("KXE", "KXMVE"));
        exchange.say("{\"type\":\"event_lifecycle\",\"sid\":4,\"seq\":3,\"msg\":{}}");
        assertThat(exchange.published).extracting(Published::payload).containsExactly(FakeExchange.json(event));
        assertThat(exchange.published.get(0).key()).isEqualTo("KXE-26");
        int partition = MarketShare.partitionOf("KXE-26", 4);
        connector.assigned(Set.of((partition + 1) % 4), 4);
        exchange.published.clear();
        exchange.line().events.opened();
        exchange.say(event);
        assertThat(exchange.published("event_lifecycle")).isEmpty();
    }

    @Test
    void assignment_ofOtherMarkets_beginsNewConnections_andNoneAreLeftWithoutAny() {
        Connector connector = connected();
        connector.assigned(Set.of(MarketShare.partitionOf("A", 4)), 4);
        assertThat(exchange.lines).hasSize(2);
        assertThat(exchange.lines.get(0).closed).isTrue();
        exchange.line().events.opened();
        pass(connector, 40);
        assertThat(exchange.line().take().toString()).contains("\"A\"").doesNotContain("\"B\"");
        connector.assigned(Set.of(), 0);
        assertThat(exchange.line().closed).isTrue();
        pass(connector, 60_000);
        assertThat(exchange.lines).hasSize(2);
    }

    @Test
    void assignment_ofOtherPartitions_leavesTheConnectionsOfTheRestAlone() {
        Connector connector = connector("connections", "4", "channels", "orderbook_delta");
        connector.assigned(ALL, 4);
        exchange.lines.forEach(line -> line.events.opened());
        list(connector, "A", "B");
        pass(connector, 40);
        FakeLine ofA = exchange.lines.get(MarketShare.partitionOf("A", 4));
        long last = exchange.published.get(exchange.published.size() - 1).connection();
        exchange.published.clear();
        connector.assigned(without(MarketShare.partitionOf("A", 4), 4), 4);
        FakeLine withoutMarkets = exchange.line();
        assertThat(exchange.lines).hasSize(5).filteredOn(line -> line.closed).containsExactly(ofA);
        assertThat(exchange.published("feed_gap")).hasSize(1);
        connector.assigned(ALL, 4);
        assertThat(exchange.lines).hasSize(6).filteredOn(line -> line.closed).containsExactly(ofA, withoutMarkets);
        exchange.line().events.opened();
        assertThat(exchange.published.get(exchange.published.size() - 1).connection()).isGreaterThan(last);
        pass(connector, 40);
        assertThat(exchange.line().take().toString()).contains("\"A\"").doesNotContain("\"B\"");
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 4", "3, 4", "4, 4", "6, 4", "8, 3"})
    void markets_areSpreadOverAllConnections_andOpenOnesHaveThoseOfOurPartitions(int connections, int partitions) {
        Connector connector = connector("connections", Integer.toString(connections), "channels", "orderbook_delta");
        connector.assigned(without(partitions, partitions), partitions);
        exchange.lines.forEach(line -> line.events.opened());
        String[] tickers = IntStream.range(0, 200).mapToObj(i -> "KX-" + i).toArray(String[]::new);
        list(connector, tickers);
        pass(connector, 40);
        assertThat(exchange.lines).hasSize(connections).noneMatch(line -> line.commands.isEmpty());
        assertThat(subscribed()).containsExactlyInAnyOrder(tickers);
        connector.assigned(without(1, partitions), partitions);
        exchange.lines.subList(connections, exchange.lines.size()).forEach(line -> line.events.opened());
        pass(connector, 40);
        assertThat(subscribed()).containsExactlyInAnyOrder(Stream.of(tickers)
                .filter(ticker -> MarketShare.partitionOf(ticker, partitions) != 1).toArray(String[]::new));
    }

    private static Set<Integer> without(int partition, int partitions) {
        return IntStream.range(0, partitions).filter(one -> one != partition).boxed().collect(Collectors.toSet());
    }

    /** The subscriptions of the open connections. */
    private List<String> subscribed() {
        return exchange.lines.stream().filter(line -> !line.closed).flatMap(line -> line.commands.stream())
                .flatMap(command -> command.at("/params/market_tickers").valueStream()).map(JsonNode::asText).toList();
    }

    @Test
    void recordsThatKafkaRefused_arePublishedAsAGap_andAllMarketsAreAskedFor() {
        Connector connector = connected();
        exchange.published.clear();
        exchange.line().take();
        connector.recordsLost("kafka: said by the test");
        assertThat(exchange.published.get(0).type()).isEqualTo("feed_gap");
        assertThat(exchange.published("market_lifecycle_v2")).extracting(Published::key).containsExactlyInAnyOrder("A", "B");
        pass(connector, 20);
        assertThat(exchange.line().take().toString()).contains("get_snapshot", "\"A\"", "\"B\"");
    }

    @Test
    void listedMarket_isToldWithItsTimes_andWithAStatusThatIsNotOpenYetOnlyByThem() {
        Connector connector = connector();
        connector.assigned(ALL, 4);
        pass(connector, 20);
        exchange.list("", new ListedMarket("P", Phase.PAUSED, OptionalLong.of(1), OptionalLong.of(2_000_000_000L)),
                new ListedMarket("U", Phase.UNOPENED, OptionalLong.of(1_900_000_000L), OptionalLong.of(2_000_000_000L)));
        assertThat(exchange.published).extracting(one -> one.key() + " " + one.type() + " "
                + one.payload().get("msg").path("status").asText(one.payload().get("msg").path("event_type").asText()))
                .containsExactly("P market_lifecycle_v2 created", "P market_status paused", "U market_lifecycle_v2 created");
        assertThat(exchange.published.get(0).payload().get("msg").get("close_ts").longValue()).isEqualTo(2_000_000_000L);
    }

    @Test
    void resync_ofAMarketThatIsNotFollowed_isPassedOver() {
        Connector connector = connected();
        exchange.line().take();
        connector.resync("UNKNOWN");
        connector.resync("A");
        connector.resync("A");
        pass(connector, 20);
        assertThat(exchange.line().take().toString()).contains("get_snapshot").contains("\"A\"").doesNotContain("UNKNOWN");
        assertThat(figures.snapshotsAsked.sum()).isEqualTo(1);
    }

    @Test
    void bugOfOurs_endsTheConnections_whichComeBackAfterAWait() {
        Connector connector = connected();
        connector.recover("said by the test");
        assertThat(exchange.lines.get(0).closed).isTrue();
        assertThat(exchange.published("feed_gap")).hasSize(1);
        pass(connector, 200);
        assertThat(exchange.lines).hasSize(2);
    }

    @Test
    void hours_ofQuietAndNoise_passInAMoment_andLeaveOneConnection() {
        Connector connector = connected("channels", "orderbook_delta");
        long seq = 2;
        for (int minute = 0; minute < 180; minute++) {
            pass(connector, 60_000);
            String delta = "{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":" + ++seq + ",\"msg\":{\"market_ticker\":\"A\"}}";
            exchange.line().events.received(delta.getBytes(StandardCharsets.UTF_8), clock.epochMs());
            // discovery lists everything now and then
            while (!exchange.listings.isEmpty()) {
                list(connector, "A", "B");
            }
        }
        assertThat(exchange.lines).hasSize(1);
        assertThat(figures.gaps.sum()).isZero();
        assertThat(figures.snapshotsAsked.sum()).isZero();
    }
}
