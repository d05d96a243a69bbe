package io.bookserver.chaos.fault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Which fault begins when and lasts how long, all of it by one seed.
 *
 * @param atMs since the run's start
 * @param seed of the chances within the fault
 */
public record Plan(List<Step> steps) {
    /** One fault. */
    public record Step(long atMs, String fault, long durationMs, long seed) {
        @Override
        public String toString() {
            return String.format("%7.1f s  %-34s %6.1f s", atMs / 1e3, fault, durationMs / 1e3);
        }
    }

    /**
     * Faults over that time. Every kind comes once, or as often as it weighs, in a random order, before any comes again; they overlap.
     *
     * @param longestMs that one lasts
     * @param only a pattern of their names
     * @param weights by patterns of names; what matches none weighs 1
     */
    public static Plan of(long seed, long forMs, long gapMs, long longestMs, String only, Map<String, Integer> weights) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> names = Faults.all().keySet().stream().filter(name -> name.matches(only))
                .flatMap(name -> Collections.nCopies(weight(name, weights), name).stream()).toList();
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no fault's name matches: " + only);
        }
        List<Step> steps = new ArrayList<>();
        List<String> deck = new ArrayList<>();
        for (long atMs = gapMs; atMs < forMs; atMs += 1 + random.nextLong(2 * gapMs)) {
            if (deck.isEmpty()) {
                deck.addAll(names);
            }
            String name = deck.remove(random.nextInt(deck.size()));
            // short ones are most frequent: many things happen within one timeout, few outlast all
            long durationMs = 100 + (long) ((longestMs - 100) * Math.pow(random.nextDouble(), 3));
            steps.add(new Step(atMs, name, durationMs, random.nextLong()));
        }
        return new Plan(List.copyOf(steps));
    }

    private static int weight(String name, Map<String, Integer> weights) {
        return weights.entrySet().stream().filter(entry -> name.matches(entry.getKey())).mapToInt(Map.Entry::getValue).findFirst().orElse(1);
    }

    /** Of {@code pattern:number} by commas. */
    public static Map<String, Integer> weights(String text) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(",")) {
            int colon = one.lastIndexOf(':');
            weights.put(one.substring(0, colon), Integer.parseInt(one.substring(colon + 1)));
        }
        return weights;
    }

    /** The same without some of it. */
    public Plan only(List<Step> kept) {
        return new Plan(kept.stream().sorted(Comparator.comparingLong(Step::atMs)).toList());
    }
}
