package io.bookserver.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The interests of the connections of one event loop, by market.
 *
 * <p><i>Not thread-safe; confined to the event loop.</i>
 */
final class Interests {
    /**
     * An {@link Interest}, or a list of several: there are many markets, and most have one follower. Several maps,
     * since a large one would move all its entries at once when it grows.
     */
    private final List<Map<String, Object>> stripes = Stripes.of(HashMap::new);

    private Map<String, Object> byTicker(String ticker) {
        return stripes.get(Stripes.index(ticker));
    }

    boolean isEmpty() {
        return stripes.stream().allMatch(Map::isEmpty);
    }

    void add(Interest interest) {
        byTicker(interest.ticker()).merge(interest.ticker(), interest, Interests::with);
    }

    /** Returns whether any subscription still follows the market by name, and not as one of all. */
    boolean remove(Interest interest) {
        Object left = byTicker(interest.ticker()).computeIfPresent(
                interest.ticker(), (ticker, known) -> without(known, interest));
        if (left == null) {
            return false;
        }
        if (left instanceof Interest) {
            return isNamed((Interest) left);
        }
        for (Interest one : several(left)) {
            if (isNamed(one)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(Interest interest) {
        return !interest.subscription().isToAll();
    }

    /**
     * Hands a publication to the market's followers. Returns the number of those that are subscribed to all markets.
     */
    int tell(String ticker, Publication publication) {
        Object followers = byTicker(ticker).get(ticker);
        if (followers == null) {
            return 0;
        }
        if (followers instanceof Interest) {
            return tell((Interest) followers, publication);
        }
        int ofAllTold = 0;
        List<Interest> several = several(followers);
        // a connection that fails is removed meanwhile
        for (int i = 0; i < several.size(); i++) {
            ofAllTold += tell(several.get(i), publication);
        }
        return ofAllTold;
    }

    /** A failure ends that connection and affects no other. Returns 1 for a subscription to all, else 0. */
    static int tell(Interest interest, Publication publication) {
        Subscription subscription = interest.subscription();
        try {
            interest.published(publication);
        } catch (Throwable e) {
            subscription.session().fail(e);
        }
        return subscription.isToAll() ? 1 : 0;
    }

    /** Sends the market's current state to followers that lack it. */
    void catchUp(String ticker) {
        Object followers = byTicker(ticker).get(ticker);
        if (followers instanceof Interest) {
            catchUp((Interest) followers);
        } else if (followers != null) {
            List<Interest> several = several(followers);
            for (int i = 0; i < several.size(); i++) {
                catchUp(several.get(i));
            }
        }
    }

    private static void catchUp(Interest interest) {
        try {
            interest.catchUp();
        } catch (Throwable e) {
            interest.subscription().session().fail(e);
        }
    }

    private static Object with(Object known, Object interest) {
        if (!(known instanceof Interest)) {
            several(known).add((Interest) interest);
            return known;
        }
        List<Interest> both = new ArrayList<>(2);
        both.add((Interest) known);
        both.add((Interest) interest);
        return both;
    }

    private static Object without(Object known, Interest interest) {
        if (known == interest) {
            return null;
        }
        if (known instanceof Interest) {
            return known;
        }
        List<Interest> several = several(known);
        several.remove(interest);
        return several.size() == 1 ? several.get(0) : several;
    }

    @SuppressWarnings("unchecked")
    private static List<Interest> several(Object followers) {
        return (List<Interest>) followers;
    }
}
