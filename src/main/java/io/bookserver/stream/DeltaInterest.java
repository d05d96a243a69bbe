package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.stream.Publication.Change;

/**
 * Follows every change of a market's book: a snapshot, then each delta. A delta that does not continue from the version
 * that the client holds is never sent; a new snapshot is sent instead.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class DeltaInterest extends Interest {
    DeltaInterest(Subscription subscription, String ticker, boolean isUnknown) {
        super(subscription, ticker, isUnknown);
    }

    @Override
    boolean isNews(MarketSnapshot market) {
        return market.version() > version();
    }

    @Override
    void follow(Publication publication) {
        if (publication.before().version() == version()) {
            if (publication.change() == Change.NOTHING) {
                settle(publication.after());
                return;
            }
            if (publication.change() == Change.LEVEL && subscription().session().outbox().isWritable()) {
                subscription().write(DataType.DELTA, delta(publication), 0, 0);
                settle(publication.after());
                return;
            }
        }
        conflate(changesSince(publication) - 1);
        await();
    }

    @Override
    int changes(Publication publication) {
        return publication.changesOfBook();
    }

    @Override
    void holds(MarketSnapshot market) {
        // the version is enough
    }

    @Override
    void send(MarketSnapshot market, long id, int conflated) {
        boolean yesScale = subscription().options().useYesPrice();
        byte[] msg = isLegacy() ? messages().legacySnapshot(market, yesScale) : messages().snapshot(market, yesScale);
        subscription().write(DataType.SNAPSHOT, msg, id, conflated);
    }

    private byte[] delta(Publication publication) {
        boolean yesScale = subscription().options().useYesPrice();
        return isLegacy() ? messages().legacyDelta(publication, yesScale) : publication.delta(yesScale);
    }

    private boolean isLegacy() {
        return subscription().session().isLegacy();
    }

    private SharedMessages messages() {
        return subscription().session().shard().messages();
    }
}
