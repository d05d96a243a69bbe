package io.bookserver.book;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The best bid of both sides of one market, with its status, at one version. It can remember one rendering of itself, so
 * that it is written out once however often it is read.
 *
 * <p><i>Immutable but for the remembered rendering. Thread-safe: the rendering is published with release semantics, and
 * two threads that race build equal bytes.</i>
 */
public final class TopOfBook {
    private static final VarHandle RENDERED;

    static {
        try {
            RENDERED = MethodHandles.lookup().findVarHandle(TopOfBook.class, "rendered", byte[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MarketSnapshot market;

    @SuppressWarnings("unused") // through RENDERED
    private byte[] rendered;

    TopOfBook(MarketSnapshot market) {
        this.market = market;
    }

    public MarketSnapshot market() {
        return market;
    }

    /** The best bid of that side, if anything rests there. */
    public Optional<Level> bestBid(Side side) {
        Ladder ladder = market.book().ladder(side);
        return ladder.isEmpty() ? Optional.empty() : Optional.of(ladder.best());
    }

    /** What that side can be bought for: a dollar less the other side's best bid. Ticks, 1..9999. */
    public OptionalInt bestAskTicks(Side side) {
        Ladder other = market.book().ladder(side == Side.YES ? Side.NO : Side.YES);
        return other.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(Level.TICKS_PER_DOLLAR - other.best().priceTicks());
    }

    /** Whether a reader of the top would see no difference: best prices and quantities, status and state are the same. */
    public boolean sameAs(TopOfBook other) {
        return other == this
                || market.book().state() == other.market.book().state()
                        && market.status().equals(other.market.status())
                        && sameBest(market.book().yes(), other.market.book().yes())
                        && sameBest(market.book().no(), other.market.book().no());
    }

    private static boolean sameBest(Ladder one, Ladder other) {
        if (one == other) {
            return true;
        }
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() && other.isEmpty();
        }
        return one.best().sameSizeAs(other.best());
    }

    /** The remembered rendering, made by {@code renderer} on first use. The caller must not write into the array. */
    public byte[] rendered(Function<TopOfBook, byte[]> renderer) {
        byte[] known = (byte[]) RENDERED.getAcquire(this);
        if (known == null) {
            known = renderer.apply(this);
            RENDERED.setRelease(this, known);
        }
        return known;
    }
}
