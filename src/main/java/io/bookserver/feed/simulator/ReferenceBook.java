package io.bookserver.feed.simulator;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The book after every frame so far: resting quantity in hundredths of a contract by price in ticks of $0.0001, one map
 * per side, prices ascending.
 *
 * <p><i>Immutable.</i>
 */
public record ReferenceBook(NavigableMap<Integer, Long> yes, NavigableMap<Integer, Long> no) {
    public ReferenceBook {
        yes = Collections.unmodifiableNavigableMap(new TreeMap<>(yes));
        no = Collections.unmodifiableNavigableMap(new TreeMap<>(no));
    }
}
