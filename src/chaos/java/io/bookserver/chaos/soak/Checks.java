package io.bookserver.chaos.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What must not have grown over a run, by its samples: the second fifth against the last, when as many markets come as
 * go.
 *
 * <p><i>Stateless.</i>
 */
final class Checks {
    private static final double HEAP = 0.10;
    private static final double SAME_MARKETS = 0.02;
    private static final int THREADS = 4;
    private static final int FILES = 20;

    private Checks() {
    }

    /** Whether a sample at that part of the run, 0 to 1, is compared. */
    static boolean isCompared(double part) {
        return isEarly(part) || isLate(part);
    }

    private static boolean isEarly(double part) {
        return part >= 0.2 && part < 0.4;
    }

    private static boolean isLate(double part) {
        return part >= 0.8;
    }

    /** What is wrong, in words. */
    static List<String> problems(List<Sample> samples, Scale scale) {
        List<String> problems = new ArrayList<>();
        double marketsBefore = of(samples, Figure.MARKETS, scale, true);
        double marketsAfter = of(samples, Figure.MARKETS, scale, false);
        double heapBefore = of(samples, Figure.FULL_GC_MB, scale, true);
        double heapAfter = of(samples, Figure.FULL_GC_MB, scale, false);
        if (!(Math.abs(marketsAfter - marketsBefore) <= SAME_MARKETS * marketsBefore)) {
            problems.add(text("the number of markets is not the same: %.0f in the second fifth, %.0f in the last",
                    marketsBefore, marketsAfter));
        }
        if (!(heapAfter <= (1 + HEAP) * heapBefore)) {
            problems.add(text("the heap in use has grown: %.0f MB in the second fifth, %.0f in the last",
                    heapBefore, heapAfter));
        }
        grown(samples, scale, Figure.THREADS, THREADS, problems);
        grown(samples, scale, Figure.FILES, FILES, problems);
        return problems;
    }

    private static void grown(List<Sample> samples, Scale scale, Figure figure, int allowed, List<String> problems) {
        double before = of(samples, figure, scale, true);
        double after = of(samples, figure, scale, false);
        if (!(after <= before + allowed)) {
            problems.add(text("%s have grown: %.0f in the second fifth, %.0f in the last", figure.title(), before,
                    after));
        }
    }

    private static double of(List<Sample> samples, Figure figure, Scale scale, boolean early) {
        return Sample.median(samples, figure, sample -> {
            double part = sample.get(Figure.MINUTES) / scale.minutes();
            return early ? isEarly(part) : isLate(part);
        });
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
