// Asks veraPDF about files: java -cp … Verapdf.java FLAVOUR,FLAVOUR FILE... prints "FILE FLAVOUR true", else what is wrong.
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

public class Verapdf {
    public static void main(String[] asked) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var foundry = Foundries.defaultInstance();
        for (int n = 1; n < asked.length; n++) {
            for (String name : asked[0].split(",")) {
                var flavour = PDFAFlavour.fromString(name);
                try (var file = new FileInputStream(asked[n]); var parser = foundry.createParser(file, flavour);
                        var validator = foundry.createValidator(flavour, false)) {
                    var found = validator.validate(parser);
                    System.out.println(asked[n] + " " + name + " " + found.isCompliant());
                    for (TestAssertion one : found.getTestAssertions()) {
                        System.out.println("  " + one.getRuleId().getClause() + " " + one.getMessage());
                    }
                }
            }
        }
    }
}
