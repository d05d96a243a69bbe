package io.bookserver.feed.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The statistics of a set of books; shares are fractions of 1, prices in ticks, quantities in hundredths. */
final class Population {
    private final List<Integer> yesDepths = new ArrayList<>();
    private final List<Integer> noDepths = new ArrayList<>();
    private final List<Integer> gaps = new ArrayList<>();
    private final List<Integer> spreads = new ArrayList<>();
    private final List<Integer> bestYes = new ArrayList<>();
    private final List<Long> quantities = new ArrayList<>();
    private int withEmptySide;
    private int offTheCent;
    private int lockedOrCrossed;

    Population(Collection<ReferenceBook> books) {
        books.forEach(this::add);
    }

    private void add(ReferenceBook book) {
        yesDepths.add(book.yes().size());
        noDepths.add(book.no().size());
        quantities.addAll(book.yes().values());
        quantities.addAll(book.no().values());
        boolean emptySide = book.yes().isEmpty() || book.no().isEmpty();
        withEmptySide += emptySide ? 1 : 0;
        if (isOffTheCent(book.yes()) || isOffTheCent(book.no())) {
            offTheCent++;
            return;
        }
        addGaps(book.yes());
        addGaps(book.no());
        if (!emptySide) {
            int spread = 10_000 - book.yes().lastKey() - book.no().lastKey();
            spreads.add(spread);
            bestYes.add(book.yes().lastKey());
            lockedOrCrossed += spread <= 0 ? 1 : 0;
        }
    }

    private static boolean isOffTheCent(NavigableMap<Integer, Long> side) {
        return side.keySet().stream().anyMatch(priceTicks -> priceTicks % 100 != 0);
    }

    private void addGaps(NavigableMap<Integer, Long> side) {
        Integer lower = null;
        for (Integer priceTicks : side.keySet()) {
            if (lower != null) {
                gaps.add(priceTicks - lower);
            }
            lower = priceTicks;
        }
    }

    int books() {
        return yesDepths.size();
    }

    int lockedOrCrossed() {
        return lockedOrCrossed;
    }

    double offTheCentShare() {
        return (double) offTheCent / books();
    }

    /** Each figure by its name. */
    Map<String, Double> figures() {
        var figures = new TreeMap<String, Double>();
        figures.put("share of books with an empty side", (double) withEmptySide / books());
        figures.put("share of quantities with a fraction", share(quantities, quantity -> quantity % 100 != 0));
        for (long contracts : new long[] {100, 1, 10, 3, 500, 25, 200}) {
            figures.put("share of quantity " + contracts, share(quantities, quantity -> quantity == contracts * 100));
        }
        for (int cents = 1; cents <= 3; cents++) {
            int ticks = cents * 100;
            figures.put("share of gap " + cents, share(gaps, gap -> gap == ticks));
            figures.put("share of spread " + cents, share(spreads, spread -> spread == ticks));
        }
        figures.put("share of gaps above 10", share(gaps, gap -> gap > 1000));
        figures.put("share of spreads above 10", share(spreads, spread -> spread > 1000));
        return figures;
    }

    private static <T> double share(List<T> values, Predicate<T> predicate) {
        return (double) values.stream().filter(predicate).count() / values.size();
    }

    List<Integer> yesDepthsAt(int... percents) {
        return quantiles(yesDepths, percents);
    }

    List<Integer> noDepthsAt(int... percents) {
        return quantiles(noDepths, percents);
    }

    List<Integer> bestYesAt(int... percents) {
        return quantiles(bestYes, percents);
    }

    List<Long> quantitiesAt(int... percents) {
        return quantiles(quantities, percents);
    }

    private static <T extends Comparable<T>> List<T> quantiles(List<T> values, int... percents) {
        List<T> sorted = values.stream().sorted().toList();
        return Arrays.stream(percents)
                .mapToObj(percent -> sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)))
                .collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return "books=" + books() + " yes depths=" + yesDepthsAt(25, 50, 75, 90, 99) + " no depths="
                + noDepthsAt(25, 50, 75, 90, 99) + " best yes=" + bestYesAt(10, 50, 90) + " quantities="
                + quantitiesAt(10, 25, 50, 75, 90, 99) + " " + figures();
    }
}
