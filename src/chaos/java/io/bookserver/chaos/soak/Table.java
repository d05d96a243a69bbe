package io.bookserver.chaos.soak;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Samples as a table, a row each.
 *
 * <p><i>Stateless.</i>
 */
public final class Table {
    private Table() {
    }

    public static String markdown(List<Sample> samples) {
        String head = row(Arrays.stream(Figure.values()).map(Figure::title).toList());
        String line = row(Arrays.stream(Figure.values()).map(figure -> "---:").toList());
        return head + line + samples.stream().map(Table::row).collect(Collectors.joining());
    }

    static String row(Sample sample) {
        return row(Arrays.stream(Figure.values()).map(figure -> figure.text(sample.get(figure))).toList());
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
