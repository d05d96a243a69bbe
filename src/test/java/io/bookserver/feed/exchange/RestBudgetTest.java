package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.Test;

class RestBudgetTest {
    private final ManualClock clock = new ManualClock();
    private final RestBudget budget = new RestBudget(clock, 200, 600, new SplittableRandom(1), new ConnectorFigures());

    private void fail(String problem) {
        budget.answered(new Rest.Answer<>(0, Optional.empty(), problem), 0);
    }

    @Test
    void reason_whyRequestsFail_isLoggedWheneverItChanges() {
        List<String> lines = new ArrayList<>();
        ExtHandler capture = new ExtHandler() {
            @Override
            protected void doPublish(ExtLogRecord record) {
                lines.add(record.getFormattedMessage());
            }
        };
        Logger logger = Logger.getLogger(RestBudget.class.getName());
        logger.addHandler(capture);
        try {
            fail("no route");
            fail("no route");
            fail("CertificateExpired");
            budget.answered(new Rest.Answer<>(200, Optional.of("a page"), ""), 0);
            fail("CertificateExpired");
        } finally {
            logger.removeHandler(capture);
        }
        assertThat(lines).containsExactly(
                "feed=exchange rest=failing status=0 problem=\"no route\"",
                "feed=exchange rest=failing status=0 problem=\"CertificateExpired\"",
                "feed=exchange rest=failing status=0 problem=\"CertificateExpired\"");
    }
}
