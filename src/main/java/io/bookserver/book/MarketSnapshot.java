package io.bookserver.book;

/**
 * One market at one version: its status on top, its book below. What a reader holds never changes.
 *
 * <p><i>Immutable.</i>
 */
public final class MarketSnapshot {
    private static final int NO_PARTITION = -1;

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

    private MarketSnapshot(String ticker) {
        this.ticker = ticker;
        this.marketId = "";
        this.lifecycle = MarketLifecycle.NOTHING_KNOWN;
        this.status = MarketStatus.UNKNOWN;
        this.book = BookSnapshot.AWAITING;
        this.version = 0;
        this.lastUpdatedMs = 0;
        this.partition = NO_PARTITION;
        this.offset = -1;
        this.topOfBook = new TopOfBook(ticker, status, book, version, this.lastUpdatedMs);
    }

    /** A market of which nothing is known but its ticker. */
    public static MarketSnapshot unknown(String ticker) {
        return new MarketSnapshot(ticker);
    }

    public String ticker() {
        return ticker;
    }

    /** The exchange's own id, empty as long as no record has told it. */
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

    /** Grows by one with every publication; 0 before the first. */
    public long version() {
        return version;
    }

    /** When this version was published (epoch milliseconds); 0 before the first. Never less than the version before. */
    public long lastUpdatedMs() {
        return lastUpdatedMs;
    }

    MarketLifecycle lifecycle() {
        return lifecycle;
    }

    /** Whether that record stands at or before the last one applied from its partition (rule 2). */
    boolean hasSeen(RecordStamp stamp) {
        return stamp.partition() == partition && stamp.offset() <= offset;
    }

    /** Whether that record comes from another partition than the one before it (rule 8). */
    boolean isSpreadBy(RecordStamp stamp) {
        return partition != NO_PARTITION && stamp.partition() != partition;
    }

    MarketSnapshot withBook(BookSnapshot next, String nextMarketId, RecordStamp stamp, long nowMs) {
        return new MarketSnapshot(
                this, nextMarketId.isEmpty() ? marketId : nextMarketId, lifecycle, status, next, nowMs,
                stamp.partition(), stamp.offset());
    }

    MarketSnapshot withLifecycle(MarketLifecycle next, BookSnapshot nextBook, RecordStamp stamp, long nowMs) {
        return new MarketSnapshot(
                this, marketId, next, next.statusAt(nowMs), nextBook, nowMs, stamp.partition(), stamp.offset());
    }

    /** The same market with the status of that moment; this very snapshot where nothing changed. */
    MarketSnapshot atTime(long nowMs) {
        MarketStatus next = lifecycle.statusAt(nowMs);
        return next.equals(status)
                ? this
                : new MarketSnapshot(this, marketId, lifecycle, next, book, nowMs, partition, offset);
    }

    /** The same market after its partition's offsets began anew: whatever was missed, the next snapshot heals. */
    MarketSnapshot afterPartitionRestart(int restarted, long nowMs) {
        return partition == restarted
                ? new MarketSnapshot(this, marketId, lifecycle, status, book.asStale(), nowMs, partition, -1)
                : this;
    }

    @Override
    public String toString() {
        return ticker + " version=" + version + " status=" + status + " " + book;
    }
}
