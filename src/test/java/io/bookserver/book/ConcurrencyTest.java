package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A few books, some readers, some writers: a minimal check of what readers may see. */
class ConcurrencyTest {
    private static final int BOOKS = 4;
    private static final int READERS = 4;
    private static final int ROUNDS = 20_000;
    /** Enough for two writers, each on its own core, to collide between any two steps. */
    private static final int DELTAS = 400_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static String ticker(int book) {
        return "B" + book;
    }

    /** Round n of a book: n hundredths at every price on both sides. */
    private static BookReplaced round(int book, int partition, long n) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        for (int price = 100; price <= 1_000; price += 100) {
            levels.add(price, n);
        }
        PriceLevels all = levels.build();
        return new BookReplaced(ticker(book), "", all, all,
                new RecordStamp.Builder().reset(partition, n, n, n).build());
    }

    /** Reads until stopped; returns any observation that is not allowed. */
    private static String watch(BookRegistry registry, AtomicBoolean done, AtomicLong reads) {
        long[] versions = new long[BOOKS];
        long[] times = new long[BOOKS];
        while (!done.get()) {
            for (int book = 0; book < BOOKS; book++) {
                MarketSnapshot market = registry.market(ticker(book)).map(Market::current).orElse(null);
                if (market == null || market.version() == 0) {
                    continue;
                }
                if (market.version() < versions[book] || market.lastUpdatedMs() < times[book]) {
                    return "went back from " + versions[book] + " to " + market;
                }
                versions[book] = market.version();
                times[book] = market.lastUpdatedMs();
                long quantity = market.book().yes().best().quantityHundredths();
                if (!isWhole(market.book().yes(), quantity) || !isWhole(market.book().no(), quantity)
                        || market.topOfBook().version() != market.version()) {
                    return "mixed " + market;
                }
                reads.incrementAndGet();
            }
        }
        return "clean";
    }

    private static boolean isWhole(Ladder ladder, long quantity) {
        for (int rank = 0; rank < ladder.depth(); rank++) {
            if (ladder.level(rank).quantityHundredths() != quantity) {
                return false;
            }
        }
        return ladder.depth() == 10;
    }

    @Test
    void readers_besideWriters_neverSeeAVersionGoBackNorAMixedBook() throws Exception {
        AtomicLong clockCalls = new AtomicLong();
        // a clock that runs backwards nearly always, so that a reader that skips versions also sees it
        BookRegistry registry = new BookRegistry(() -> 1_000 - clockCalls.incrementAndGet() % 1_000);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        List<Future<String>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(threads.submit(() -> watch(registry, done, reads)));
        }
        List<Callable<Void>> writers = new ArrayList<>();
        for (int i = 0; i < BOOKS; i++) {
            int book = i;
            writers.add(() -> {
                for (long n = 1; n <= ROUNDS; n++) {
                    registry.apply(round(book, 0, n));
                }
                return null;
            });
        }
        // a publisher that violates the rule: two writers of one market, on two partitions
        writers.add(() -> {
            for (long n = 1; n <= ROUNDS; n++) {
                registry.apply(round(0, 1, n));
            }
            return null;
        });
        for (Future<Void> writer : threads.invokeAll(writers)) {
            writer.get();
        }
        done.set(true);
        for (Future<String> reader : readers) {
            assertThat(reader.get()).isEqualTo("clean");
        }
        assertThat(reads.get()).isPositive();
        assertThat(registry.market(ticker(1)).orElseThrow().current().version()).isEqualTo(ROUNDS);
        assertThat(registry.market(ticker(0)).orElseThrow().current().version()).isBetween(ROUNDS + 1L, 2L * ROUNDS);
    }

    @Test
    void twoWritersOfOneMarket_loseNoDelta() throws Exception {
        BookRegistry registry = new BookRegistry(() -> 1);
        registry.apply(round(0, 0, 1));
        CyclicBarrier start = new CyclicBarrier(2);
        List<Callable<Long>> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int partition = i;
            writers.add(() -> {
                long applied = 0;
                start.await();
                for (long n = 2; n <= DELTAS; n++) {
                    RecordStamp stamp = new RecordStamp.Builder().reset(partition, n * 2, n, n).build();
                    ApplyOutcome outcome = registry.apply(new LevelChanged(ticker(0), Side.YES, 500, 1, stamp));
                    assertThat(outcome.isApplied() || outcome == ApplyOutcome.REPEATED_OFFSET).isTrue();
                    applied += outcome.isApplied() ? 1 : 0;
                }
                return applied;
            });
        }
        long applied = 0;
        for (Future<Long> writer : threads.invokeAll(writers)) {
            applied += writer.get();
        }
        MarketSnapshot market = registry.market(ticker(0)).orElseThrow().current();
        assertThat(market.version()).isEqualTo(1 + applied);
        assertThat(market.book().yes().quantityHundredthsAt(500)).isEqualTo(1 + applied);
        assertThat(market.book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void readers_whileAWriterStandsStill_goOn() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        BookRegistry registry = new BookRegistry(() -> {
            if (stop.get()) {
                writing.countDown();
                awaitQuietly(release);
            }
            return 1;
        });
        registry.apply(round(0, 0, 1));
        stop.set(true);
        Future<ApplyOutcome> writer = threads.submit(() -> registry.apply(round(0, 0, 2)));
        assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
        Future<Long> reader = threads.submit(() -> {
            long sum = 0;
            for (int i = 0; i < 100_000; i++) {
                sum += registry.market(ticker(0)).orElseThrow().current().version();
            }
            return sum;
        });
        assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo(100_000);
        assertThat(writer.isDone()).isFalse();
        stop.set(false);
        release.countDown();
        assertThat(writer.get(10, TimeUnit.SECONDS)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.market(ticker(0)).orElseThrow().current().book().yes())
                .matches(ladder -> isWhole(ladder, 2));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void oneTicker_registeredByManyThreads_isOneMarket() throws Exception {
        for (int attempt = 0; attempt < 200; attempt++) {
            BookRegistry registry = new BookRegistry(System::currentTimeMillis);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Market>> found = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int partition = i;
                found.add(threads.submit(() -> {
                    start.await();
                    registry.apply(round(0, partition, 1));
                    return registry.market(ticker(0)).orElseThrow();
                }));
            }
            start.countDown();
            Market one = found.get(0).get();
            for (Future<Market> other : found) {
                assertThat(other.get()).isSameAs(one);
            }
            assertThat(one.current().version()).isEqualTo(4);
            assertThat(Map.of(BookState.AWAITING_SNAPSHOT, registry.booksIn(BookState.AWAITING_SNAPSHOT)))
                    .isEqualTo(Map.of(BookState.AWAITING_SNAPSHOT, 0L));
        }
    }
}
