package io.bookserver.feed.exchange;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * The distribution of markets over connections. A partition's markets use every n-th connection, and a connection has
 * the markets of every n-th partition, n being the smaller of both numbers.
 *
 * <p><i>Immutable.</i>
 */
record Spread(int connections, int partitions) {
    /** The connection of a market. */
    int connectionOf(String ticker) {
        int first = MarketShare.partitionOf(ticker, partitions) % step();
        int many = (connections - first - 1) / step() + 1;
        return first + step() * Math.floorMod(ticker.hashCode(), many);
    }

    /** Those of the given partitions whose markets use that connection. */
    Set<Integer> partitionsOf(int connection, Set<Integer> of) {
        return of.stream().filter(partition -> partition % step() == connection % step()).collect(Collectors.toSet());
    }

    private int step() {
        return Math.min(connections, partitions);
    }
}
