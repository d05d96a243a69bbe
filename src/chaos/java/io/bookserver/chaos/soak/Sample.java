package io.bookserver.chaos.soak;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What was seen of the server at one moment, and since the sample before.
 *
 * <p><i>Immutable.</i>
 */
public record Sample(Map<Figure, Double> figures) {
    public Sample {
        figures = new EnumMap<>(figures);
    }

    /** {@code NaN} where it was not seen. */
    public double get(Figure figure) {
        return figures.getOrDefault(figure, Double.NaN);
    }

    /** The median of what was seen among those samples; {@code NaN} where it never was. */
    static double median(List<Sample> samples, Figure figure, Predicate<Sample> among) {
        double[] values = samples.stream().filter(among).mapToDouble(sample -> sample.get(figure))
                .filter(value -> !Double.isNaN(value)).sorted().toArray();
        return values.length == 0 ? Double.NaN : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
