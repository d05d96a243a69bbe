package io.bookserver.feed.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * Chooses the market that changes next: the n-th busiest with a weight of 1/n (Zipf's law), in constant time by
 * Walker's alias method, in Vose's form.
 *
 * <p><i>Immutable; the random source is the caller's.</i>
 */
final class ActivityDistribution {
    private final double[] keepsBelow;
    private final int[] alias;

    /** Over that many markets; which of them are busy is random, too. */
    ActivityDistribution(int markets, SplittableRandom random) {
        double[] weights = new double[markets];
        double sum = 0;
        for (int i = 0; i < markets; i++) {
            weights[i] = 1.0 / (i + 1);
            sum += weights[i];
        }
        shuffle(weights, random);
        keepsBelow = new double[markets];
        alias = new int[markets];
        Deque<Integer> small = new ArrayDeque<>();
        Deque<Integer> large = new ArrayDeque<>();
        for (int i = 0; i < markets; i++) {
            keepsBelow[i] = weights[i] * markets / sum;
            alias[i] = i;
            (keepsBelow[i] < 1 ? small : large).add(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int less = small.poll();
            int more = large.poll();
            alias[less] = more;
            keepsBelow[more] -= 1 - keepsBelow[less];
            (keepsBelow[more] < 1 ? small : large).add(more);
        }
        small.forEach(i -> keepsBelow[i] = 1);
    }

    int next(SplittableRandom random) {
        int at = random.nextInt(alias.length);
        return random.nextDouble() < keepsBelow[at] ? at : alias[at];
    }

    private static void shuffle(double[] weights, SplittableRandom random) {
        for (int i = weights.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            double weight = weights[i];
            weights[i] = weights[other];
            weights[other] = weight;
        }
    }
}
