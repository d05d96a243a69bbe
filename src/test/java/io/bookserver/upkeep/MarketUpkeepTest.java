package io.bookserver.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.FeedLoss;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Books are marked without a record, as soon as there is a reason. */
class MarketUpkeepTest {
    private static final long NOW_MS = 1_786_085_189_149L;
    private static final FeedLoss LOSS = FeedLoss.ofPartition(0, Long.MAX_VALUE);

    private final BookRegistry registry = new BookRegistry(() -> NOW_MS);
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final MarketUpkeep upkeep = new MarketUpkeep(registry, new NothingRead(),
            new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(MarketsConfig.class).build()
                    .getConfigMapping(MarketsConfig.class),
            new SimpleMeterRegistry());
    private long offset;

    @AfterEach
    void stop() {
        upkeep.stop(new ShutdownEvent());
    }

    private void snapshot() throws MalformedRecordException {
        byte[] record = RecordText.snapshot(MarketPopulation.of(1).deepest(), offset + 1, NOW_MS);
        registry.apply(decoder.decode(record, 0, offset++, NOW_MS, NOW_MS).orElseThrow());
    }

    private BookState state() {
        return registry.markets().iterator().next().current().book().state();
    }

    @Test
    void loss_marksTheBooks() throws MalformedRecordException {
        snapshot();
        upkeep.start(new StartupEvent());
        registry.lose(LOSS);
        await().until(() -> state() == BookState.STALE && !registry.hasLosses());
    }

    @Test
    void lossBeforeTheStart_marksTheBooks() throws MalformedRecordException {
        snapshot();
        registry.lose(LOSS);
        upkeep.start(new StartupEvent());
        await().until(() -> state() == BookState.STALE);
    }

    @Test
    void lateness_marksTheBooks_andItsEndDoes() throws MalformedRecordException {
        snapshot();
        upkeep.start(new StartupEvent());
        registry.late(0, true);
        await().until(() -> state() == BookState.LATE);
        registry.late(0, false);
        await().until(() -> state() == BookState.LIVE);
    }

    /** The listener is called while the first loss is applied. */
    @Test
    void lossDuringTheMarking_isAppliedToo() throws MalformedRecordException {
        snapshot();
        registry.addListener((before, after) -> registry.lose(LOSS));
        upkeep.start(new StartupEvent());
        registry.lose(LOSS);
        await().until(() -> state() == BookState.STALE && !registry.hasLosses());
    }

    @Test
    void failure_doesNotEndTheMarking() throws MalformedRecordException {
        snapshot();
        AtomicInteger failures = new AtomicInteger(2);
        registry.addListener((before, after) -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("a listener that fails");
            }
        });
        upkeep.start(new StartupEvent());
        registry.lose(LOSS);
        await().until(() -> !registry.hasLosses());
        assertThat(state()).isEqualTo(BookState.STALE);
    }

    @Test
    void lossAfterTheStop_doesNotFailItsReporter() throws MalformedRecordException {
        snapshot();
        upkeep.start(new StartupEvent());
        upkeep.stop(new ShutdownEvent());
        registry.lose(LOSS);
        assertThat(registry.hasLosses()).isTrue();
    }

    private static final class NothingRead implements Completeness {
        @Override
        public boolean isRebuilt() {
            return true;
        }

        @Override
        public long recordsRead() {
            return 0;
        }

        @Override
        public long recordsToRead() {
            return 0;
        }

        @Override
        public long completeToMs() {
            return 0;
        }

        @Override
        public long newestRecordMs(int partition) {
            return 0;
        }
    }
}
