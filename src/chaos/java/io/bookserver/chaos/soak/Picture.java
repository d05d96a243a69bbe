package io.bookserver.chaos.soak;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTitleAnnotation;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Samples as charts above each other over the same time, each with its legend.
 *
 * <p><i>Stateless.</i>
 */
public final class Picture {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 1_050;
    private static final Color[] COLOURS = {new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c),
            new Color(0x9467bd)};
    private static final Color LEGEND = new Color(255, 255, 255, 200);
    /** Of the range above the highest value, for the legend. */
    private static final double ROOM = 0.3;

    private Picture() {
    }

    public static void write(List<Sample> samples, String title, Path file) {
        NumberAxis minutes = new NumberAxis("minutes");
        minutes.setRange(0, Math.max(0.1, samples.get(samples.size() - 1).get(Figure.MINUTES)));
        CombinedDomainXYPlot all = new CombinedDomainXYPlot(minutes);
        all.setGap(10);
        all.add(plot(samples, linear("markets"), Figure.MARKETS));
        all.add(plot(samples, linear("MB"), Figure.HEAP_MB, Figure.LEFT_MB, Figure.RESIDENT_MB));
        all.add(plot(samples, linear("MB"), Figure.CHECKPOINT_MB, Figure.DIRECT_MB));
        all.add(plot(samples, logarithmic("ms"), Figure.CLIENT_P50, Figure.CLIENT_P99, Figure.SOCKET_P99,
                Figure.PAUSE_MAX));
        all.add(plot(samples, linear("count"), Figure.FILES, Figure.CLIENTS));
        all.add(plot(samples, linear("count"), Figure.THREADS));
        all.add(plot(samples, linear("per second"), Figure.RECORDS, Figure.MESSAGES));
        JFreeChart chart = new JFreeChart(title, new Font(Font.SANS_SERIF, Font.BOLD, 15), all, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(4, 4, 4, 20));
        ImageWriter png = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam smallest = png.getDefaultWriteParam();
        smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        smallest.setCompressionQuality(0);
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            png.setOutput(out);
            png.write(null, new IIOImage(chart.createBufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB, null),
                    null, null), smallest);
        } catch (IOException e) {
            throw new UncheckedIOException("not written: " + file, e);
        }
    }

    private static NumberAxis linear(String unit) {
        NumberAxis axis = new NumberAxis(unit);
        axis.setAutoRangeIncludesZero(true);
        axis.setUpperMargin(ROOM);
        return axis;
    }

    /** A latency below a millisecond is shown, too, as zero. */
    private static NumberAxis logarithmic(String unit) {
        LogarithmicAxis axis = new LogarithmicAxis(unit);
        axis.setStrictValuesFlag(false);
        axis.setLog10TickLabelsFlag(false);
        axis.setExpTickLabelsFlag(false);
        axis.setAutoRangeIncludesZero(true);
        axis.setUpperMargin(ROOM);
        return axis;
    }

    private static XYPlot plot(List<Sample> samples, NumberAxis axis, Figure... figures) {
        XYSeriesCollection data = new XYSeriesCollection();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
        for (int i = 0; i < figures.length; i++) {
            XYSeries series = new XYSeries(figures[i].title());
            for (Sample sample : samples) {
                if (!Double.isNaN(sample.get(figures[i]))) {
                    series.add(sample.get(Figure.MINUTES), sample.get(figures[i]));
                }
            }
            data.addSeries(series);
            renderer.setSeriesPaint(i, COLOURS[i]);
            renderer.setSeriesStroke(i, new BasicStroke(2f));
        }
        XYPlot plot = new XYPlot(data, null, axis, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlineStroke(new BasicStroke(0.5f));
        plot.setRangeGridlineStroke(new BasicStroke(0.5f));
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        LegendTitle legend = new LegendTitle(plot);
        legend.setBackgroundPaint(LEGEND);
        plot.addAnnotation(new XYTitleAnnotation(0.995, 0.97, legend, RectangleAnchor.TOP_RIGHT));
        return plot;
    }
}
