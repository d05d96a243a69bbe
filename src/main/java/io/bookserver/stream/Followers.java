package io.bookserver.stream;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The event loops that follow single markets, or all of them.
 *
 * <p><i>Thread-safe: writers read, event loops register. A writer never waits.</i>
 */
final class Followers {
    private static final Shard[] NOBODY = {};

    /** Several maps: an event loop that makes a large one grow would do nothing else for many milliseconds. */
    private final List<ConcurrentHashMap<String, Shard[]>> stripes = Stripes.of(ConcurrentHashMap::new);
    private volatile Shard[] ofAll = NOBODY;

    /** The loops that follow that market, by name or as one of all, each once; callers must not modify the array. */
    Shard[] of(String ticker) {
        // in this order: a loop that changes from one market to all is added to all before it is removed from the
        // market
        Shard[] ofMarket = byTicker(ticker).getOrDefault(ticker, NOBODY);
        Shard[] all = ofAll;
        if (all.length == 0) {
            return ofMarket;
        }
        Shard[] both = all;
        for (Shard shard : ofMarket) {
            both = contains(all, shard) ? both : with(both, shard);
        }
        return both;
    }

    /** Registers the shard for a market. It misses no publication once this returns. */
    void follow(String ticker, Shard shard) {
        byTicker(ticker)
                .merge(ticker, shard.alone(), (known, one) -> contains(known, shard) ? known : with(known, shard));
    }

    void unfollow(String ticker, Shard shard) {
        byTicker(ticker).computeIfPresent(ticker, (key, known) -> without(known, shard));
    }

    private ConcurrentHashMap<String, Shard[]> byTicker(String ticker) {
        return stripes.get(Stripes.index(ticker));
    }

    synchronized void followAll(Shard shard) {
        if (!contains(ofAll, shard)) {
            ofAll = with(ofAll, shard);
        }
    }

    synchronized void unfollowAll(Shard shard) {
        Shard[] left = without(ofAll, shard);
        ofAll = left == null ? NOBODY : left;
    }

    /** The number of markets that any event loop follows by name. */
    int markets() {
        return stripes.stream().mapToInt(ConcurrentHashMap::size).sum();
    }

    /** The number of event loops that follow every market. */
    int ofAll() {
        return ofAll.length;
    }

    private static boolean contains(Shard[] shards, Shard one) {
        for (Shard shard : shards) {
            if (shard == one) {
                return true;
            }
        }
        return false;
    }

    private static Shard[] with(Shard[] known, Shard one) {
        Shard[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = one;
        return more;
    }

    /** Null if none is left, which removes the market from the map. */
    private static Shard[] without(Shard[] known, Shard one) {
        if (known.length == 1) {
            return known[0] == one ? null : known;
        }
        Shard[] left = Arrays.stream(known).filter(shard -> shard != one).toArray(Shard[]::new);
        return left.length == 1 ? left[0].alone() : left;
    }
}
