package io.bookserver.book;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The best bid of both sides of one market, with its status, at one version. It can remember one rendering of itself,
 * so that it is rendered once no matter how often it is read.
 *
 * <p><i>Immutable except for the remembered rendering. Thread-safe: the rendering is published with release semantics,
 * and two threads that race build equal bytes.</i>
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

    private final String ticker;
    private final MarketStatus status;
    private final BookState state;
    private final long version;
    private final long lastUpdatedMs;
    /** Null for an empty side. Followers keep this object, so it holds two levels instead of the book. */
    private final Level bestYes;

    private final Level bestNo;

    @SuppressWarnings("unused") // through RENDERED
    private byte[] rendered;

    TopOfBook(String ticker, MarketStatus status, BookSnapshot book, long version, long lastUpdatedMs) {
        this.ticker = ticker;
        this.status = status;
        this.state = book.state().shown();
        this.version = version;
        this.lastUpdatedMs = lastUpdatedMs;
        this.bestYes = book.yes().bestOrNull();
        this.bestNo = book.no().bestOrNull();
    }

    /**
     * The top of the next version of a market's book.
     *
     * @param was the book of {@code before}: a side that the change did not touch is not read
     */
    TopOfBook(TopOfBook before, BookSnapshot was, MarketStatus status, BookSnapshot book, long lastUpdatedMs) {
        this.ticker = before.ticker;
        this.status = status;
        this.state = book.state().shown();
        this.version = before.version + 1;
        this.lastUpdatedMs = Math.max(before.lastUpdatedMs, lastUpdatedMs);
        this.bestYes = book.yes() == was.yes() ? before.bestYes : book.yes().bestOrNull();
        this.bestNo = book.no() == was.no() ? before.bestNo : book.no().bestOrNull();
    }

    public String ticker() {
        return ticker;
    }

    public MarketStatus status() {
        return status;
    }

    /** The state that readers see. */
    public BookState state() {
        return state;
    }

    /** The version of the market of which this is the top of book. */
    public long version() {
        return version;
    }

    /** When that version was published, epoch milliseconds. */
    public long lastUpdatedMs() {
        return lastUpdatedMs;
    }

    /** Whether the best bids of both sides are locked or crossed (rule 5). */
    public boolean isCrossed() {
        return bestYes != null && bestNo != null && bestYes.crosses(bestNo);
    }

    /** The best bid of that side; empty if the side is empty. */
    public Optional<Level> bestBid(Side side) {
        return Optional.ofNullable(side == Side.YES ? bestYes : bestNo);
    }

    /** The price at which that side can be bought: a dollar minus the other side's best bid. Ticks, 1..9999. */
    public OptionalInt bestAskTicks(Side side) {
        Level other = side == Side.YES ? bestNo : bestYes;
        return other == null ? OptionalInt.empty() : OptionalInt.of(Level.TICKS_PER_DOLLAR - other.priceTicks());
    }

    /** Whether the best levels are the same objects, so that no change has touched them. */
    boolean hasBestLevelsOf(TopOfBook other) {
        return bestYes == other.bestYes && bestNo == other.bestNo;
    }

    /** Whether best prices and quantities, status and state are the same. */
    public boolean sameAs(TopOfBook other) {
        return other == this
                || state == other.state
                        && sameBest(bestYes, other.bestYes)
                        && sameBest(bestNo, other.bestNo)
                        && status.equals(other.status);
    }

    private static boolean sameBest(Level one, Level other) {
        return one == other || one != null && other != null && one.sameSizeAs(other);
    }

    /** The remembered rendering, made by {@code renderer} on first use. The caller must not modify the array. */
    public byte[] rendered(Function<TopOfBook, byte[]> renderer) {
        byte[] known = (byte[]) RENDERED.getAcquire(this);
        if (known == null) {
            known = renderer.apply(this);
            RENDERED.setRelease(this, known);
        }
        return known;
    }
}
