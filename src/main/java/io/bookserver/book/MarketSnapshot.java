package io.bookserver.book;

/**
 * One market at one version: its status and its book.
 *
 * <p><i>Immutable.</i>
 */
public final class MarketSnapshot {
    private static final int NO_PARTITION = -1;
    /** Partition value that marks a forgotten market. A field of its own would make every snapshot a word larger. */
    private static final int RETIRED = -2;

    private final String marketId;
    private final MarketLifecycle lifecycle;
    private final BookSnapshot book;
    private final int partition;
    private final long offset;
    /** Also holds ticker, status, version and time; a copy of them here would cost each delta 24 bytes. */
    private final TopOfBook topOfBook;

    private MarketSnapshot(
            MarketSnapshot before,
            String marketId,
            MarketLifecycle lifecycle,
            MarketStatus status,
            BookSnapshot book,
            long lastUpdatedMs,
            int partition,
            long offset) {
        this.marketId = marketId;
        this.lifecycle = lifecycle;
        this.book = book;
        this.partition = partition;
        this.offset = offset;
        this.topOfBook = new TopOfBook(before.topOfBook, before.book, status, book, lastUpdatedMs);
    }

    /** The last snapshot of a forgotten market: unchanged for readers, final for writers. */
    private MarketSnapshot(MarketSnapshot last) {
        this.marketId = last.marketId;
        this.lifecycle = last.lifecycle;
        this.book = last.book;
        this.partition = RETIRED;
        this.offset = last.offset;
        this.topOfBook = last.topOfBook;
    }

    /** The snapshot of a market restored from its state. */
    MarketSnapshot(MarketState state) {
        this.marketId = state.marketId();
        this.lifecycle = state.lifecycle();
        this.book = state.book();
        this.partition = state.partition();
        this.offset = state.offset();
        this.topOfBook = new TopOfBook(state.ticker(), state.status(), book, state.version(), state.lastUpdatedMs());
    }

    private MarketSnapshot(String ticker, long version) {
        this.marketId = "";
        this.lifecycle = MarketLifecycle.NOTHING_KNOWN;
        this.book = BookSnapshot.AWAITING;
        this.partition = NO_PARTITION;
        this.offset = -1;
        this.topOfBook = new TopOfBook(ticker, MarketStatus.UNKNOWN, book, version, 0);
    }

    /** A market of which only the ticker is known. */
    public static MarketSnapshot unknown(String ticker) {
        return new MarketSnapshot(ticker, 0);
    }

    /** A market of which only the ticker is known, at that version. */
    static MarketSnapshot unknown(String ticker, long version) {
        return new MarketSnapshot(ticker, version);
    }

    public String ticker() {
        return topOfBook.ticker();
    }

    /** The exchange's id of the market; empty until a record gives it. */
    public String marketId() {
        return marketId;
    }

    public MarketStatus status() {
        return topOfBook.status();
    }

    public BookSnapshot book() {
        return book;
    }

    public TopOfBook topOfBook() {
        return topOfBook;
    }

    /**
     * Grows by one with every publication. A market begins at 1, or above every version of the markets that were
     * forgotten before it became known. No version is therefore ever used twice with different content.
     */
    public long version() {
        return topOfBook.version();
    }

    /** When this version was published (epoch milliseconds); 0 before the first. Never less than the version before. */
    public long lastUpdatedMs() {
        return topOfBook.lastUpdatedMs();
    }

    /** What the exchange has reported about the market's life. */
    public MarketLifecycle lifecycle() {
        return lifecycle;
    }

    /** Whether that record is not after the last one applied from its partition (rule 2). */
    boolean hasSeen(RecordStamp stamp) {
        return stamp.partition() == partition && stamp.offset() <= offset;
    }

    /** The partition of the last record applied; negative if there is none. */
    int partition() {
        return partition;
    }

    /** The offset of the last record applied; -1 if there is none. */
    long offset() {
        return offset;
    }

    /** The offset of the last record applied if it is of that partition, else -1. */
    long offsetIn(int ofPartition) {
        return partition == ofPartition ? offset : -1;
    }

    boolean isRetired() {
        return partition == RETIRED;
    }

    MarketSnapshot asRetired() {
        return new MarketSnapshot(this);
    }

    MarketSnapshot withBook(BookSnapshot next, String nextMarketId, RecordStamp stamp, long nowMs) {
        return new MarketSnapshot(
                this, nextMarketId.isEmpty() ? marketId : nextMarketId, lifecycle, status(), next, nowMs,
                stamp.partition(), stamp.offset());
    }

    MarketSnapshot withLifecycle(
            MarketLifecycle next, BookSnapshot nextBook, RecordStamp stamp, long nowMs, long wallMs) {
        return new MarketSnapshot(
                this, marketId, next, next.statusAt(wallMs), nextBook, nowMs, stamp.partition(), stamp.offset());
    }

    /** The same market with its status at that time; this object if nothing changes. */
    MarketSnapshot atTime(long nowMs, long wallMs) {
        MarketStatus next = lifecycle.statusAt(wallMs);
        return next.equals(status())
                ? this
                : new MarketSnapshot(this, marketId, lifecycle, next, book, nowMs, partition, offset);
    }

    /** The same market with its book marked as stale; this object if nothing changes. */
    MarketSnapshot asStale(long nowMs) {
        return with(book.asStale(), nowMs);
    }

    /** The same market with its book as late, or no longer late; this object if nothing changes. */
    MarketSnapshot late(boolean late, long nowMs) {
        return with(book.late(late), nowMs);
    }

    private MarketSnapshot with(BookSnapshot next, long nowMs) {
        return next == book
                ? this
                : new MarketSnapshot(this, marketId, lifecycle, status(), next, nowMs, partition, offset);
    }

    /**
     * The same market after one of its partitions has restarted: its next snapshot is accepted, whatever it is. This
     * object if nothing of that partition is in its book, as of a market that was named there by mistake or has moved.
     */
    MarketSnapshot afterPartitionRestart(int restarted, long nowMs) {
        if (partition != restarted && book.snapshotRecord().isPresent() && !book.isOf(restarted)) {
            return this;
        }
        return new MarketSnapshot(this, marketId, lifecycle, status(), book.withoutPlace(), nowMs, partition,
                partition == restarted ? -1 : offset);
    }

    @Override
    public String toString() {
        return ticker() + " version=" + version() + " status=" + status() + " " + book;
    }
}
