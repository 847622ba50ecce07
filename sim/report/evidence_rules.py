"""The standing text of the evidence page: how to read it and the rules all strands share."""

from __future__ import annotations

INTRODUCTION = """\
# What the strands rest on

This page is generated from the files in `scenarios/strands/`; change a strand there, not here.

Many figures were read in abstracts, press notes or digests of a study and not in its own tables, so check a figure
in the study before you cite it.

How values are marked, here and everywhere else:

- no mark: **retrieved**, read in the source named;
- (derived): arithmetic on retrieved figures;
- † memory: recalled, not looked up;
- ‡ judgement: a modelling choice without a direct figure. It is never a finding.

The mark of an effect describes the first outcome of a strand. Later outcomes are marked ‡ judgement throughout; where
a figure for one of them was found, the notes of the strand say so. Standard errors, ages and half-lives carry no mark
of their own: the notes say where one is a choice. The mark of the delivery describes who is eligible; that a strand is
given to children, households, schools or the area, for how long and who pays are choices of the model, explained under
"In the model". Which drivers of disadvantage a strand works on, and how far taking part marks a family out (stigma: 0
everybody goes, 1 only families with problems), are ‡ judgement throughout; [the model](model.md#39-local-context) says
what they do."""

RULES = """\
## Rules that hold for every strand

- **One measure.** Effects are in standard deviations (SD) of children of the same age in the whole country, and plus
  always means better. The standard error (SE) is the uncertainty of the average effect; it is drawn once per run.
- **Places differ.** Beyond the SE, the effect in one place is spread around the average by half of its size
  ‡ judgement.
- **Who the effect is on.** *Participants*: only those who take part gain. *Everyone near by or in the school*: the
  estimate is already an average over users and non-users, so it is never multiplied by uptake.
- **From trial to routine.** The multiplier at scale shrinks a trial's effect to what ordinary delivery can expect; 1
  means that the estimate comes from delivery at scale or is already shrunk. Tutoring programmes, for example, keep a
  third to a half of their small-trial effect when they grow (Kraft and others 2024,
  <https://edworkingpapers.com/ai24-1031>).
- **Large trials find little.** Over 141 large education trials with 1.2 million pupils the mean effect was 0.06 SD with
  intervals about 0.30 SD wide (Lortie-Forgues and Inglis 2019, <https://eprints.whiterose.ac.uk/141754>). The sceptical
  reading of the evidence shrinks every single study towards that mean, with a spread of true effects of 0.10 SD
  ‡ judgement.
- **Months of progress.** Months were turned into SD with the table of the Education Endowment Foundation's Toolkit
  (two months are 0.10 to 0.18 SD;
  <https://educationendowmentfoundation.org.uk/evidence-summaries/about-the-toolkits/attainment/>); it rests on growth
  in Key Stage 1 and so understates months in secondary school. Odds ratios were turned into SD by
  dividing their logarithm by 1.81 † memory. 20 GCSE grades in total were taken as one SD † memory; the ratio in a paper
  on the closing of youth clubs would make it 12.5 (Villa 2024, ifs.org.uk).
- **School effectiveness** is in SD between schools; one such SD is worth 0.37 SD between pupils when schools carry 14%
  of the variance (NIESR, *How much do schools matter?*, niesr.ac.uk/blog/how-much-do-schools-matter). Such strands
  carry no attainment effect besides.
- **Engagement with services** shifts the readiness to take up other offers, mostly ‡ judgement. For careers education
  and coaching for young people at risk of leaving education and work it means taking part in either.
- **Income.** One SD of income is taken as £8,000 a year for a low-income household ‡ judgement.
- **Rating.** 1: no controlled evidence. 2: weak or indirect. 3: some controlled evidence, mixed. 4: a good trial or
  strong natural experiment, in England or repeated elsewhere. 5: several strong English studies, strong nulls included.
  It rates whether the strand does what it claims, not how exactly that converts into SD.

### How effects fade

The half-life counts from the end of take-part. Where only the general pattern is known, a quarter of an effect lasts
and three quarters halve every six months (derived):

> share left after *t* months = 0.25 + 0.75 × 0.5^(*t* / 6)

That leaves 44% after one year and 26% after three. It was fitted to these findings: 67 early-childhood programmes kept
about half of their effect after one year and a quarter after three (Bailey and others, adaptlab.org/2017/02/20); 86
trials kept 43% after six to twelve months, and 37% of cognitive effects after one to two years, less for
social-emotional ones (Hart and others 2024, edworkingpapers.com/authors/drew-bailey; see also Watts and others 2025,
edworkingpapers.com, ai25-1366).

Exceptions: parenting groups showed no fading over up to three years (change −0.016 SD, 95% interval −0.086 to 0.054;
van Aar and others 2017, <https://spr.confex.com/spr/spr2016/webprogram/Paper24255.html>), and none is assumed for Sure
Start's attainment and health effects, youth clubs, Communities That Care and housing. An effect can also turn round:
children of Tennessee's pre-kindergarten programme did worse than others by grade 6 (Durkin and others 2022,
doi 10.1037/dev0001301)."""
