package io.bookserver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rooms of the house and the one direction in which data walk through them. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.bookserver");

    @Test
    void book_knowsTheJdkAndOneScope() {
        classes().that().resideInAPackage("io.bookserver.book").should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.bookserver.book", "java..", "jakarta.enterprise.context").check(MAIN);
    }

    @Test
    void kalshi_knowsBooksAndJackson_andNothingOfTransport() {
        classes().that().resideInAPackage("io.bookserver.kalshi").should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.bookserver.kalshi", "io.bookserver.book", "java..",
                        "com.fasterxml.jackson.core..").check(MAIN);
    }

    @Test
    void edges_neverKnowEachOther() {
        String[] edges = {"ingest", "query", "stream", "feed", "devbroker"};
        for (String edge : edges) {
            for (String other : edges) {
                if (!edge.equals(other)) {
                    noClasses().that().resideInAPackage("io.bookserver." + edge).should().dependOnClassesThat()
                            .resideInAPackage("io.bookserver." + other).check(MAIN);
                }
            }
        }
    }

    @Test
    void kafkasServer_isKnownToTheDevBrokerOnly() {
        noClasses().that().resideOutsideOfPackage("io.bookserver.devbroker").should().dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..").check(MAIN);
    }
}
