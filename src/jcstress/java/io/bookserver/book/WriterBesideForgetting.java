package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.OptionalLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * A market that has had no snapshot is forgotten while its first snapshot arrives. The results: whether the snapshot is
 * there, how often the market is listed and counted, and its version, which was 1 before.
 */
@JCStressTest
@Outcome(id = "true, 1, 2", expect = ACCEPTABLE, desc = "the snapshot came first, and the market is kept")
@Outcome(id = "true, 1, 3", expect = ACCEPTABLE, desc = "the market was forgotten first, and came back above all its versions")
@Outcome(id = "false, .*, .*", expect = FORBIDDEN, desc = "an update was lost")
@Outcome(id = "true, [^1], .*", expect = FORBIDDEN, desc = "counted or listed wrongly")
@Outcome(id = "true, 1, [^23]", expect = FORBIDDEN, desc = "a version that was seen before, or one that is missing")
@State
public class WriterBesideForgetting {
    private final BookRegistry registry = new BookRegistry();

    public WriterBesideForgetting() {
        registry.apply(new MarketStatusChanged(Fixture.TICKER, MarketStatusChanged.Event.ACTIVATED, 1,
                OptionalLong.empty(), OptionalLong.empty(), Fixture.delta(0, 0, 1).stamp()));
    }

    @Actor
    public void writer() {
        registry.apply(Fixture.snapshot(1));
    }

    @Actor
    public void forgetter() {
        registry.forget(0, partition -> Long.MAX_VALUE);
    }

    @Arbiter
    public void look(ZII_Result result) {
        result.r1 = registry.market(Fixture.TICKER).map(Market::current)
                .filter(market -> market.book().yes().quantityHundredthsAt(100) == 1).isPresent();
        boolean onceEverywhere = registry.size() == 1 && registry.booksIn(BookState.LIVE) == 1
                && registry.booksIn(BookState.AWAITING_SNAPSHOT) == 0;
        result.r2 = onceEverywhere ? registry.list("", "", market -> true, 9).size() : 0;
        result.r3 = registry.market(Fixture.TICKER).map(market -> (int) market.current().version()).orElse(0);
    }
}
