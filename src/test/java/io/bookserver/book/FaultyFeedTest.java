package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server behind proxies and connections that fail in every way that a {@link FaultyFeed} can simulate. After each
 * record its book must equal the reference's. Independently of the rules it is also compared with the exchange's own
 * book: a book must not be {@code live} if it is wrong and a reader can know it, and not {@code stale} if nothing was
 * lost and a reader can know that. {@link Knowledge} determines what a reader can know.
 *
 * <p>{@code -Dbook.model.steps} sets how many records are read by each run, {@code -Dbook.model.seed} repeats one.
 */
class FaultyFeedTest {
    private static final long STEPS = Long.getLong("book.model.steps", 50_000);
    private static final long ENOUGH_FOR_EVERY_FAULT = 50_000;
    private static final int RECORDS_A_FEED = 2_000;
    private static final int MAX_READ_AGAIN = 64;
    private static final int MAX_TOLD = 100;

    /** How often a book was checked, and which conditions applied. */
    private static final class Looks {
        private long all;
        private long mustBeTrueAndLive;
        private long mustBeStale;
        private long staleUnknown;
        private final Map<Knowledge.Ignorance, Long> wrongUnknown = new EnumMap<>(Knowledge.Ignorance.class);

        @Override
        public String toString() {
            return "looks=" + all + " mustBeTrueAndLive=" + mustBeTrueAndLive + " mustBeStale=" + mustBeStale
                    + " wrongUnknown=" + wrongUnknown + " staleUnknown=" + staleUnknown;
        }
    }

    private final Looks looks = new Looks();
    private final List<TopicRecord> log = new ArrayList<>();
    private final Map<String, ReferenceBook> references = new HashMap<>();
    private final Map<String, Knowledge> known = new HashMap<>();
    private ServedBooks served;
    private FaultyFeed feed;
    private Random random;
    private String where;

    @ParameterizedTest
    @EnumSource(FaultyFeed.Connections.class)
    void book_behindAFaultyFeed_isTrueOrSaysThatItIsNot(FaultyFeed.Connections connections) {
        long seed = Long.getLong("book.model.seed", new Random().nextLong());
        System.out.println("FaultyFeedTest connections=" + connections + " steps=" + STEPS + " seed=" + seed);
        random = new Random(seed);
        for (long steps = 0; steps < STEPS; steps += RECORDS_A_FEED) {
            start(connections);
            for (int step = 0; step < RECORDS_A_FEED; step++) {
                where = "seed=" + seed + " step=" + (steps + step) + " ";
                oneRecord(connections);
            }
        }
        System.out.println("FaultyFeedTest " + connections + " " + looks);
        if (connections != FaultyFeed.Connections.TOLD_BY_ONE && STEPS >= ENOUGH_FOR_EVERY_FAULT) {
            assertThat(looks.mustBeTrueAndLive).isGreaterThan(STEPS / 20);
            assertThat(looks.mustBeStale).isGreaterThan(STEPS / 100);
        }
    }

    private void start(FaultyFeed.Connections connections) {
        feed = new FaultyFeed(random, connections);
        served = new ServedBooks(System::currentTimeMillis);
        log.clear();
        references.clear();
        known.clear();
        boolean connectionsKnown = connections == FaultyFeed.Connections.TOLD
                || connections == FaultyFeed.Connections.TOLD_WITH_GAPS;
        feed.markets().forEach(market -> {
            references.put(market.ticker, new ReferenceBook());
            known.put(market.ticker, new Knowledge(market, connectionsKnown));
        });
    }

    private void oneRecord(FaultyFeed.Connections connections) {
        FaultyFeed.Delivery delivery = feed.next();
        log.add(delivery.record());
        read(delivery.record());
        feed.takeLost().forEach(lost -> known.get(lost.market().ticker).lost(lost));
        if (delivery.sent().market() == null) {
            known.values().forEach(knowledge -> knowledge.delivered(delivery));
        } else {
            known.get(delivery.sent().market().ticker).delivered(delivery);
        }
        if (random.nextInt(200) == 0) {
            readAgain();
        }
        if (random.nextBoolean()) {
            // until then books that no record has named are live, as they are for readers in between
            served.registry().applyLosses();
            feed.markets().forEach(market -> compare(market.ticker));
        }
        // if only some records have their connection, only the reference decides
        if (connections != FaultyFeed.Connections.TOLD_BY_ONE && !served.registry().hasLosses()) {
            feed.markets().forEach(this::lookAt);
        }
    }

    private void read(TopicRecord record) {
        served.read(record);
        ProxyMessage message = record.message();
        if (message.isGap()) {
            references.values().forEach(reference -> reference.gap(record));
        } else {
            references.get(message.ticker()).apply(record);
            compare(message.ticker());
        }
    }

    private void compare(String ticker) {
        if (!Comparison.difference(served.market(ticker), references.get(ticker)).isEmpty()) {
            fail(where + Comparison.report(log, ticker));
        }
    }

    /** As after a rebalance that came before the last batch was finished. */
    private void readAgain() {
        for (int i = Math.max(0, log.size() - 1 - random.nextInt(MAX_READ_AGAIN)); i < log.size(); i++) {
            read(log.get(i));
        }
    }

    private void lookAt(FaultyFeed.Market market) {
        Knowledge knowledge = known.get(market.ticker);
        BookSnapshot book = served.market(market.ticker).book();
        if (!knowledge.hasSnapshot()) {
            assertThat(book.state()).as(where).isEqualTo(BookState.AWAITING_SNAPSHOT);
            return;
        }
        looks.all++;
        if (knowledge.mustBeStale()) {
            looks.mustBeStale++;
            expect(market, book.state() == BookState.STALE, "must be stale");
        }
        if (market.inFlight > 0) {
            return;
        }
        boolean isTrue = Updates.sizes(book.yes()).equals(market.yes) && Updates.sizes(book.no()).equals(market.no);
        boolean isWrongAndLive = !isTrue && book.state() == BookState.LIVE;
        looks.mustBeTrueAndLive += knowledge.mayBeStale() || knowledge.mayBeWrong().isPresent() ? 0 : 1;
        looks.staleUnknown += book.state() == BookState.STALE && !knowledge.mustBeStale() ? 1 : 0;
        expect(market, !isWrongAndLive || knowledge.mayBeWrong().isPresent(), "is live and wrong");
        if (isWrongAndLive) {
            looks.wrongUnknown.merge(knowledge.mayBeWrong().orElseThrow(), 1L, Long::sum);
        }
        expect(market, book.state() != BookState.STALE || knowledge.mayBeStale(), "is stale though nothing was lost");
    }

    private void expect(FaultyFeed.Market market, boolean holds, String otherwise) {
        if (!holds) {
            List<TopicRecord> records = new ArrayList<>(log);
            records.removeIf(record -> !record.message().ticker().equals(market.ticker));
            StringBuilder text = new StringBuilder(where).append("the book of ").append(market.ticker).append(' ')
                    .append(otherwise).append(", the truth is ").append(market.yes).append(market.no)
                    .append(", the last records are");
            records.subList(Math.max(0, records.size() - MAX_TOLD), records.size())
                    .forEach(record -> text.append("\n  ").append(Comparison.told(record)));
            fail(text.toString());
        }
    }
}
