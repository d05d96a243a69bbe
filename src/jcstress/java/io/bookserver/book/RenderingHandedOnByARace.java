package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.function.Function;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two readers request the rendering of a top of book at once: each gets all of its bytes. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "whole renderings")
@Outcome(id = {"false, .*", ".*, false"}, expect = FORBIDDEN, desc = "a half-written rendering")
@State
public class RenderingHandedOnByARace {
    private static final Function<TopOfBook, byte[]> RENDERER = top -> new byte[] {1, 2, 3, 4, 5, 6, 7, 8};

    private final TopOfBook top = MarketSnapshot.unknown(Fixture.TICKER).topOfBook();

    @Actor
    public void one(ZZ_Result result) {
        result.r1 = isWhole(top.rendered(RENDERER));
    }

    @Actor
    public void other(ZZ_Result result) {
        result.r2 = isWhole(top.rendered(RENDERER));
    }

    private static boolean isWhole(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != i + 1) {
                return false;
            }
        }
        return bytes.length == 8;
    }
}
