package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.bookserver.kalshi.LegacyJson;
import io.bookserver.kalshi.StreamJson;

/**
 * The latest message of each kind: the followers of one market need it one after the other, and share it.
 *
 * <p><i>Not thread-safe; confined to the event loop of its followers.</i>
 */
final class SharedMessages {
    private final BookRegistry registry;
    private final Compressor compressor = new Compressor();

    private MarketSnapshot snapshotOf;
    private boolean onYesScale;
    private byte[] snapshot;
    private byte[] legacySnapshot;

    private MarketSnapshot tickerOf;
    private byte[] ticker;
    private byte[] legacyTicker;

    private Publication deltaOf;
    private boolean deltaOnYesScale;
    private byte[] legacyDelta;

    private MarketSnapshot laddersOf;
    private int laddersDepth;
    private byte[] ladders;

    private MarketSnapshot levelsOf;
    private int levelsDepth;
    private TopLevels levels;

    SharedMessages(BookRegistry registry) {
        this.registry = registry;
    }

    /** The {@code msg} of a snapshot. */
    byte[] snapshot(MarketSnapshot market, boolean yesScale) {
        if (market != snapshotOf || yesScale != onYesScale) {
            snapshot = StreamJson.snapshot(market, yesScale);
            legacySnapshot = null;
            snapshotOf = market;
            onYesScale = yesScale;
        }
        return snapshot;
    }

    /** The same with the fields in whole cents and contracts. */
    byte[] legacySnapshot(MarketSnapshot market, boolean yesScale) {
        byte[] msg = snapshot(market, yesScale);
        if (legacySnapshot == null) {
            legacySnapshot = LegacyJson.snapshot(msg, market, yesScale);
        }
        return legacySnapshot;
    }

    /** The {@code msg} of a delta with the fields in whole cents and contracts. */
    byte[] legacyDelta(Publication publication, boolean yesScale) {
        if (publication != deltaOf || yesScale != deltaOnYesScale) {
            legacyDelta = publication.legacyDelta(yesScale);
            deltaOf = publication;
            deltaOnYesScale = yesScale;
        }
        return legacyDelta;
    }

    /** The {@code msg} of a ticker. */
    byte[] ticker(MarketSnapshot market) {
        if (market != tickerOf) {
            ticker = StreamJson.ticker(market.topOfBook(), market.marketId(), traded(market));
            legacyTicker = null;
            tickerOf = market;
        }
        return ticker;
    }

    /** The same with the fields in whole cents and contracts. */
    byte[] legacyTicker(MarketSnapshot market) {
        byte[] msg = ticker(market);
        if (legacyTicker == null) {
            legacyTicker = LegacyJson.ticker(msg, market.topOfBook(), traded(market));
        }
        return legacyTicker;
    }

    private MarketStatistics traded(MarketSnapshot market) {
        return registry.market(market.ticker()).map(Market::statistics).orElse(MarketStatistics.NONE);
    }

    /** The {@code msg} of a top of book with ladders. */
    byte[] ladders(MarketSnapshot market, int depth) {
        if (market != laddersOf || depth != laddersDepth) {
            JsonBytes out = new JsonBytes(1024);
            BookJson.book(out, market, depth);
            ladders = out.toByteArray();
            laddersOf = market;
            laddersDepth = depth;
        }
        return ladders;
    }

    /** The levels that such a message shows. */
    TopLevels levels(MarketSnapshot market, int depth) {
        if (market != levelsOf || depth != levelsDepth) {
            levels = TopLevels.of(market, depth);
            levelsOf = market;
            levelsDepth = depth;
        }
        return levels;
    }

    /** The compressed end of a message, from that {@code msg} on; see {@link Compressor}. */
    byte[] compressed(byte[] msg, DataType type, boolean yesScale) {
        return compressor.compressed(msg, type, yesScale);
    }

    /** Drops the messages, since they hold whole books. */
    void forget() {
        compressor.forget();
        snapshotOf = null;
        snapshot = null;
        legacySnapshot = null;
        tickerOf = null;
        ticker = null;
        legacyTicker = null;
        deltaOf = null;
        legacyDelta = null;
        laddersOf = null;
        ladders = null;
        levelsOf = null;
        levels = null;
    }
}
