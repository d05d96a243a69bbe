package io.bookserver.feed.exchange;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * How markets are spread over connections: those of a partition come by every so-manieth connection, and a connection has
 * those of every so-manieth partition.
 *
 * <p><i>Immutable.</i>
 */
record Spread(int connections, int partitions) {
    /** The connection by which a market comes. */
    int connectionOf(String ticker) {
        int first = MarketShare.partitionOf(ticker, partitions) % step();
        int many = (connections - first - 1) / step() + 1;
        return first + step() * Math.floorMod(ticker.hashCode(), many);
    }

    /** Those of the partitions whose markets come by that connection. */
    Set<Integer> partitionsOf(int connection, Set<Integer> of) {
        return of.stream().filter(partition -> partition % step() == connection % step()).collect(Collectors.toSet());
    }

    private int step() {
        return Math.min(connections, partitions);
    }
}
