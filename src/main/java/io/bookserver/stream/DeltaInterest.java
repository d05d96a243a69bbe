package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;

/**
 * Follows every change of a market's book: a snapshot, then each delta. A change that does not continue where the client
 * stands is never sent; a fresh snapshot is.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class DeltaInterest extends Interest {
    /** The version at which the client stands. */
    private long version = -1;

    DeltaInterest(Subscription subscription, String ticker) {
        super(subscription, ticker);
    }

    @Override
    boolean matters(Publication publication) {
        return publication.after().version() > version && publication.change() != Publication.Change.NOTHING;
    }

    @Override
    void follow(Publication publication) {
        MarketSnapshot after = publication.after();
        if (after.version() <= version) {
            return;
        }
        if (publication.before().version() != version) {
            sendCurrent(0);
            return;
        }
        switch (publication.change()) {
            case NOTHING:
                version = after.version();
                break;
            case LEVEL:
                if (subscription().session().isWritable()) {
                    version = after.version();
                    subscription().write(
                            DataType.DELTA, publication.delta(subscription().options().useYesPrice()), 0, 0);
                } else {
                    sendCurrent(0);
                }
                break;
            default:
                conflate(publication.changes() - 1);
                sendCurrent(0);
        }
    }

    @Override
    void catchUp() {
        if (current().version() != version) {
            sendCurrent(0);
        }
    }

    @Override
    void begin() {
        sendCurrent(0);
    }

    @Override
    void send(MarketSnapshot market, long id, int conflated) {
        version = market.version();
        byte[] msg = subscription().session().shard().snapshot(market, subscription().options().useYesPrice());
        subscription().write(DataType.SNAPSHOT, msg, id, conflated);
    }
}
