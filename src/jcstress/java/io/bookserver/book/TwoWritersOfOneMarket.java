package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * A publisher has spread one market over two partitions (rule 8), and both are applied at once. The results: the
 * quantity, which was 1, grows by 10 and by 100; the version, which was 1; the state.
 */
@JCStressTest
@Outcome(id = "111, 3, STALE", expect = ACCEPTABLE, desc = "both updates, and the book says that it is stale")
@Outcome(id = "(1|11|101), .*, .*", expect = FORBIDDEN, desc = "an update was lost")
@Outcome(id = "111, 3, LIVE", expect = FORBIDDEN, desc = "a spread market that looks live")
@State
public class TwoWritersOfOneMarket {
    private final BookRegistry registry = new BookRegistry();

    public TwoWritersOfOneMarket() {
        registry.apply(Fixture.snapshot(1));
    }

    @Actor
    public void one() {
        registry.apply(Fixture.delta(0, 2, 10));
    }

    @Actor
    public void other() {
        registry.apply(Fixture.delta(1, 2, 100));
    }

    @Arbiter
    public void look(JJL_Result result) {
        MarketSnapshot market = registry.market(Fixture.TICKER).orElseThrow().current();
        result.r1 = market.book().yes().quantityHundredthsAt(100);
        result.r2 = market.version();
        result.r3 = market.book().state();
    }
}
