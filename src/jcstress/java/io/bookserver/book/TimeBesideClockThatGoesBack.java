package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A market that changes twice under a clock that is set back at every read. The results are the signs of the second
 * read minus the first: of the versions, and of the times of the book and of its best level.
 */
@JCStressTest
@Outcome(id = {"0, 0", "1, 0", "1, 1"}, expect = ACCEPTABLE, desc = "time stands or runs, and so does the version")
@Outcome(id = "-1, .*", expect = FORBIDDEN, desc = "the version went back")
@Outcome(id = ".*, -1", expect = FORBIDDEN, desc = "the time went back")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "another time at the same version")
@State
public class TimeBesideClockThatGoesBack {
    private final AtomicLong backwardsMs = new AtomicLong(Fixture.BASE_MS);
    private final BookRegistry registry = new BookRegistry(backwardsMs::getAndDecrement);

    public TimeBesideClockThatGoesBack() {
        registry.apply(Fixture.snapshot(1));
    }

    @Actor
    public void writer() {
        registry.apply(Fixture.delta(0, 2, 1));
        registry.apply(Fixture.snapshot(3));
    }

    @Actor
    public void reader(II_Result result) {
        Market market = registry.market(Fixture.TICKER).orElseThrow();
        MarketSnapshot first = market.current();
        MarketSnapshot second = market.current();
        result.r1 = Long.compare(second.version(), first.version());
        int book = Long.compare(second.lastUpdatedMs(), first.lastUpdatedMs());
        int level = Long.compare(bestPublishedMs(second), bestPublishedMs(first));
        result.r2 = Math.min(book, level) < 0 ? -1 : Math.max(book, level);
    }

    private static long bestPublishedMs(MarketSnapshot market) {
        return market.book().yes().best().serverPublishedMs();
    }
}
