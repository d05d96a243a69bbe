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

    private final String ticker;
    private final String marketId;
    private final MarketLifecycle lifecycle;
    private final MarketStatus status;
    private final BookSnapshot book;
    private final long version;
    private final long lastUpdatedMs;
    private final int partition;
    private final long offset;
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
        this.ticker = before.ticker;
        this.marketId = marketId;
        this.lifecycle = lifecycle;
        this.status = status;
        this.book = book;
        this.version = before.version + 1;
        this.lastUpdatedMs = Math.max(before.lastUpdatedMs, lastUpdatedMs);
        this.partition = partition;
        this.offset = offset;
        this.topOfBook = new TopOfBook(ticker, status, book, version, this.lastUpdatedMs);
    }

    /** The last snapshot of a forgotten market: unchanged for readers, final for writers. */
    private MarketSnapshot(MarketSnapshot last) {
        this.ticker = last.ticker;
        this.marketId = last.marketId;
        this.lifecycle = last.lifecycle;
        this.status = last.status;
        this.book = last.book;
        this.version = last.version;
        this.lastUpdatedMs = last.lastUpdatedMs;
        this.partition = RETIRED;
        this.offset = last.offset;
        this.topOfBook = last.topOfBook;
    }

    /** The snapshot of a market restored from its state. */
    MarketSnapshot(MarketState state) {
        this.ticker = state.ticker();
        this.marketId = state.marketId();
        this.lifecycle = state.lifecycle();
        this.status = state.status();
        this.book = state.book();
        this.version = state.version();
        this.lastUpdatedMs = state.lastUpdatedMs();
        this.partition = state.partition();
        this.offset = state.offset();
        this.topOfBook = new TopOfBook(ticker, status, book, version, lastUpdatedMs);
    }

    private MarketSnapshot(String ticker, long version) {
        this.ticker = ticker;
        this.marketId = "";
        this.lifecycle = MarketLifecycle.NOTHING_KNOWN;
        this.status = MarketStatus.UNKNOWN;
        this.book = BookSnapshot.AWAITING;
        this.version = version;
        this.lastUpdatedMs = 0;
        this.partition = NO_PARTITION;
        this.offset = -1;
        this.topOfBook = new TopOfBook(ticker, status, book, version, this.lastUpdatedMs);
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
        return ticker;
    }

    /** The exchange's id of the market; empty until a record gives it. */
    public String marketId() {
        return marketId;
    }

    public MarketStatus status() {
        return status;
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
        return version;
    }

    /** When this version was published (epoch milliseconds); 0 before the first. Never less than the version before. */
    public long lastUpdatedMs() {
        return lastUpdatedMs;
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
                this, nextMarketId.isEmpty() ? marketId : nextMarketId, lifecycle, status, next, nowMs,
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
        return next.equals(status)
                ? this
                : new MarketSnapshot(this, marketId, lifecycle, next, book, nowMs, partition, offset);
    }

    /** The same market with its book marked as stale; this object if nothing changes. */
    MarketSnapshot asStale(long nowMs) {
        BookSnapshot next = book.asStale();
        return next == book
                ? this
                : new MarketSnapshot(this, marketId, lifecycle, status, next, nowMs, partition, offset);
    }

    /** The same market after one of its partitions has restarted: its next snapshot is accepted, whatever it is. */
    MarketSnapshot afterPartitionRestart(int restarted, long nowMs) {
        return new MarketSnapshot(this, marketId, lifecycle, status, book.withoutPlace(), nowMs, partition,
                partition == restarted ? -1 : offset);
    }

    @Override
    public String toString() {
        return ticker + " version=" + version + " status=" + status + " " + book;
    }
}
