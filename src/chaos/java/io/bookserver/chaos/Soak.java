package io.bookserver.chaos;

import io.bookserver.chaos.soak.Scale;
import io.bookserver.chaos.soak.SoakRun;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Runs the packaged server without faults through days of the exchange in fast motion, and ends with 1 if it has grown,
 * kept what is gone, or shows another book than was published. {@code ./mvnw -Pchaos verify -Dchaos.main=Soak}; see
 * RELIABILITY.md.
 */
public final class Soak {
    private static final String DEFAULTS = "minutes=60 days=7 markets=190000 settled=74000 combinations=60000 rate=2000"
            + " clients=2000 follow=10 stay=60 sample=60 heap=2g seed=1 folder=target/soak plant=none";

    private Soak() {
    }

    /**
     * @param args {@code name=value}: {@code minutes} that stand for {@code days}; {@code markets} open at any moment,
     *     of which {@code settled} a day, and {@code combinations} a day; {@code rate} (changes, trades and tickers a
     *     second), {@code clients} that each {@code follow} so many markets and {@code stay} so many seconds on
     *     average; {@code sample} (seconds between two samples), {@code heap} of the server, {@code seed},
     *     {@code folder}; {@code plant} (what a check must find: {@code follower}, {@code change} or {@code market})
     */
    public static void main(String[] args) throws InterruptedException {
        System.setProperty("java.awt.headless", "true");
        Map<String, String> defaults = Arrays.stream(DEFAULTS.split(" ")).map(each -> each.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        Map<String, String> options = Options.read(args, defaults);
        Scale scale = new Scale(Double.parseDouble(options.get("minutes")), Double.parseDouble(options.get("days")),
                number(options, "markets"), number(options, "settled"), number(options, "combinations"),
                number(options, "rate"));
        System.out.println("soak " + options);
        SoakRun run = new SoakRun(scale, Path.of(options.get("folder")), options.get("heap"), options.get("plant"));
        List<String> problems = run.execute(number(options, "clients"), number(options, "follow"),
                1_000 * number(options, "stay"), 1_000L * number(options, "sample"), number(options, "seed"));
        problems.forEach(problem -> System.out.println("  PROBLEM " + problem));
        System.out.println(problems.isEmpty() ? "soak: clean" : "soak: FAILED");
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    private static int number(Map<String, String> options, String name) {
        return Integer.parseInt(options.get(name));
    }
}
