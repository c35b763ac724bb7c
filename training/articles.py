"""Comments as they stand under the articles of a site with tutorials, written for measuring: advertising in the words of a reader, and honest ones.

The one public set of spam under articles that we know has no licence, so these are ours. Nothing is learned from them; training/spam.py measures with
them what a site's moderators teach.
"""

from training.replies import Reply

# Support lines, streaming, praise with a link, courses, essays and the rest: most without a link, many in a reader's voice.
_SPAM = """
Many people face trouble when they set up their mail on a new phone. If your inbox does not load either, you can talk to an expert at +1 888 555 0142, they helped me in ten minutes.
My printer showed offline for days. I found that most users just need to reset the spooler, and if that doesn't help the support team at Printer Assist will do it for you.
Facing error code 0x80070015 when sending messages? Simply dial the toll free helpline and get rid of the issue instantly.
Nice information. If somebody has a problem with a router login, visit router-setup-guide.example for the complete steps.
I was unable to activate my antivirus with the product key. Then I came across McSupport, and their technicians solved it remotely.
Epson printers often show a communication error after an update. Our certified technicians are available 24*7 to fix it.
Thanks for sharing this informative post. For any query related to your Canon printer not printing black ink, contact us.
If you are one of those who forgot their Yahoo password, no need to worry. Our customer care number is always open for you.
Very useful article! By the way, users who struggle with QuickBooks error 6000 can call the Proadvisor team for an immediate solution.
HP Envy users usually face the issue of slow printing. To resolve this, uninstall the driver, restart, or simply connect with our experts.
It is very common that the Outlook application stops working after an update, in which case you should get in touch with the professionals at Mail Care Desk.
How do I speak to a live person at Delta? Dial the reservations number and say "agent", or use the helpline of FlyDesk which answers in one ring.
Brother printer offline again? Here is the easiest method to bring your Brother printer back online: call the number given on our website.
Lots of folks ask how to recover a hacked account. I did it with the help of a recovery agent whom you can reach on telegram.
Great piece of writing. Norton users may now download, install and activate the setup from norton-setup-help.example without any trouble.
I have the same doubt about my Garmin map. Later I learned that Garmin Express needs an update and the support staff did it on the phone for a small fee.
Cash App refund pending? Thousands of users deal with this on a daily basis. Our dedicated helpdesk can get the refund for you.
A blinking red light on the modem means the connection is lost. For instant assistance from trained engineers, talk to us at 1-800-555-0199.
Roku activation code not working is a general issue these days and we are here to guide you through every step of the Roku link setup.
The best way to fix an AOL mail login failure is to contact AOL support, who are experienced and friendly and available round the clock.
Are you tired of the blue screen? So was I, till a friend suggested PC Doctor Online. Now my laptop runs like new!
When you find that your Kindle won't connect to wifi, you must not panic, the Kindle helpline will take care of it.
You have described it well. However some users of Bitdefender are still confused about the renewal, and for those we have a toll-free number.
Gmail temporary error 502 appears when the server is down, and if you want to get it fixed quickly take help from our Gmail support experts.
Sage 50 users can get help with data repair, migration and conversion from our accountants at any hour of the day.
Most of the people do not know how to connect a Lexmark printer to wifi. Follow the tutorial on our page and save your time.
Turbotax login problems can be annoying in the tax season. We provide online help for every Turbotax issue.
My brother lost access to his Coinbase wallet and a customer service agent named Collins restored it in a day. Ask for him.
In case you face any technical glitch with your Arlo camera, our team of skilled professionals is just one call away.
Linksys extender setup is made easy by us. Visit and chat with our experts for free.
You may change your Facebook password with these steps, and if you still can't then dial Facebook customer service at +1 877 555 0110.
I would recommend calling the United Airlines booking desk early in the morning for the lowest fares, their number is below.
Kaspersky activation failed? It happens with a lot of users. Try reinstalling or approach our support desk.
Webroot is a great antivirus, and to install it with a keycode you go to webroot-safe-install.example and follow the instructions.
Users often complain that their Dell laptop keeps shutting down. Our Dell service centre in Noida repairs it at your doorstep.
Alexa app for PC download is what you need if your Echo doesn't answer. Reach us for assistance.
You can watch all the latest movies in HD for free, no sign up, just search 123freeflix and enjoy.
Good content, but if you are bored of coding then come to Soap Today and stream the new season tonight.
Download the latest mod apk of your favourite games with unlimited coins from our site.
I watch every match live on StreamZone, it's free and there are no ads at all. Highly recommended!
Putlocker is down these days but the mirror works fine: putlocker-mirror.example
Are you looking for Telugu movies in full HD? Movierulz new link is here for all of you guys.
GB WhatsApp latest version can be downloaded with all anti ban features, check our blog.
Best IPTV subscription 2020, 12000 channels and 4k, test for 24 hours free, contact on WhatsApp.
Do you love anime? Then you must know the site where all episodes are subbed and dubbed for free.
Get the Spotify premium apk free of cost. Works 100 percent, I am using it for two months.
Lyrics of the latest Punjabi songs are on our website, do visit us for more.
If you wish to download Instagram reels in one click, the tool at reelsaver.example is the fastest of all.
Wow, the live streaming of tonight's fight is available here, hurry up!
Free Roblox robux generator that truly works, no human verification, I got 5000 yesterday.
PDF drive has every book on this topic for free, and so do we.
Awesome post. I have bookmarked your blog and shared it with my friends. Keep up the good work! seo-services-delhi.example
This is a very well written article, I enjoyed every bit of it. I also run a page on digital marketing which you may like.
Hello admin, your blog is amazing and the design is very clean. May I know who made it? We offer guest posts at an affordable price.
Excellent blog you have here. It's hard to find quality writing like yours nowadays. I truly appreciate people like you! Take care!!
Thank you for this wonderful information looking forward for more. If you are interested in web designing do check out our company.
I am impressed by the quality of information on this website. There are a lot of good resources here. I am sure I will visit this place again soon.
Superb! Your post is really helpful to me. Thanks for the share. For packers and movers in Pune click my name.
Your article is very nice, it gives brief knowledge. I appreciate the effort that you have put in. Interior designers in Hyderabad.
I read your post and it was amazing. Keep posting such stuff. Also see the best laptops under 500.
Very nice blog and articles. I am really very happy to visit your blog. Now I have found what I actually wanted. Pest control Dubai.
Great article with excellent idea! Thank you for such a valuable article. I really appreciate this great information.
Fantastic post! We at Bright Pixel build mobile apps for startups at half the market price.
Nice blog, thanks for posting. Custom boxes with logo at wholesale rate are our speciality.
You have shared an amazing blog. It would be helpful for people who look for a car on rent in Jaipur.
Informative. Our plumbers in Austin provide the same quality of service to every home.
The way you explain is just wow. I want to share about the best hair transplant clinic too.
I really like your blog, it's full of insight. I wrote something alike about luxury wall clocks last week.
This is really interesting, you're a very skilled blogger. I've joined your feed and look forward to seeking more of your excellent post.
Thanks for your marvelous posting! I actually enjoyed reading it, you could be a great author.
Pretty! This has been an extremely wonderful article. Many thanks for providing this info.
I was looking for this certain information for a very long time. Thank you and good luck. Escort your data with our VPN deal.
Such a helpful post. Hire the best roofers in Denver at the best prices.
Hey there, I found your site via Google while looking for a related topic, your website came up, it looks great.
Valuable info. Lucky me I found your website by accident, and I am shocked why this accident did not happened earlier!
Good day! This post couldn't be written any better! Reading through it reminds me of my old room mate, who sells CBD oil now.
Thanks, this is generally helpful. Still, I followed step by step your method in this python online training, python online course.
If you want to become a data scientist then join the best institute in Bangalore with 100% placement.
Excelr offers certification courses with live projects, EMI and job assistance for freshers and working professionals.
Attend the data analytics course from the leading academy. Practical training sessions with an assured certificate.
I feel really happy to have seen your webpage. For a Hadoop class in Chennai with real time trainers reach our office.
Learn machine learning from industry experts, limited seats, enrol today to get 40 percent off!
Best selenium training institute in Marathahalli with hands on experience and free demo on weekends.
We provide AWS training in Pune with the latest syllabus. For details call or WhatsApp 98 5550 1234.
Thank you for sharing such a nice blog on R. People who want to excel can join our R programming course in Noida.
I have learned a lot from here. Likewise our digital academy gives power BI certification within 30 days.
It's really a nice and useful piece of info. 360DigiLearn is the best place for data science certification in Malaysia.
Cognitive Academy's bootcamp changed my career, from zero to 20 LPA in six months, ask me how.
Such a clear article on pandas. Interested candidates may register for our free masterclass on Sunday.
Top 10 DevOps interview questions with answers are on our blog, which every job seeker should read.
Want to learn Tableau? Our trainers have ten plus years of experience. Weekend batches start from Saturday.
The data science course fees in India vary a lot, but with us you pay after placement only.
Get a fully funded scholarship to study in Canada, our consultants do the whole visa process.
Pass your AZ-900 in the first attempt with our verified dumps, money back guaranteed.
Our exam questions for CISSP are real and updated, download the demo for free.
Are deadlines killing you? Our writers deliver plagiarism free assignments in six hours.
I always got bad grades until I found MyEssayHero. Now I have time for my part time job.
Students who can't manage statistics homework can hire our PhD experts for cheap.
Programming assignment help is what we do best: Java, Python, C++, Matlab, at the lowest cost.
It's quite hard to write a thesis. Here is the service that wrote mine, and my professor was satisfied.
Do my math homework is a phrase that we hear a lot from students, and we are happy to do so.
Our nursing essay writers are natives and hold master degrees.
Need a case study solution by tonight? Chat with us now and get 25 percent off on the first order.
Online exam help with guaranteed A grade. Pay half now and half after your result.
A good dissertation needs a good editor. Our company in London has edited more than 9000.
Very informative article for students. Assignment Desk Australia gives similar guidance to scholars all over the world.
I'll tell you a secret, I paid someone to take my online class and it was worth it.
Hello friends, I am glad to give my testimony about Dr Obinna who brought my ex back within 48 hours.
I thank Mr Harrison for the loan that he granted me when no bank would listen. Email him for yours.
Bitcoin is rising again! I invested 500 and withdrew 6,200 in a week with the help of Mrs Anna's trading signals.
Online casino with 200 free spins and no deposit, only for readers of this page.
I was suffering from herpes for years until I used the herbal medicine of a doctor whose contact is here.
Play rummy and win real cash daily. Download the app and get a bonus of 50 rupees.
Famous astrologer in Mumbai solves love marriage problems by black magic removal, consult once.
Buy real and registered passports, driving licences, IDs, quality guaranteed, contact our desk.
Keto gummies helped my aunt lose 30 pounds, and they have a trial offer just now.
Cheap replica watches with free shipping worldwide.
Buy Instagram followers that are real and active, instant delivery.
I earn 85 dollars an hour from home doing simple copy and paste, this is what I do.
Contact the ethical hacker who helped me to see my spouse's messages, he is reliable.
Satta king result of today is published on our page first.
Call girls in Lahore are available for you all night, see pictures.
Escorts in Jaipur with home delivery, genuine profiles only.
Cheap flights to Orlando are only found with us. Book by phone and save up to 60 percent.
Want to sell your house fast? We buy any house for cash, no fees at all.
Ture
Done
Nice
good blog sir
ok thanks visit my profile
hii
nice post dear
Great post, keep it up.
Thanks for sharing
Very good
awesome work, follow back
Well explained, click here for more details
Such an amazing blog
Check it out guys
Great info! I recently came across your blog and have been reading along. I thought I would leave my first comment.
Your writing taste has amazed me. Thanks, quite nice post.
Some truly nice stuff on this internet site, I love it.
I think this is one of the most important information for me. And I'm glad reading your article.
Companies who look for dedicated Python developers can outsource to us and save a lot of budget.
We are a team of Power BI consultants from Toronto. Schedule a free meeting to know how dashboards can boost your sales.
Machine learning is the future. Our ML development company has delivered 300 projects in 20 countries.
Data entry services at 3 dollars an hour, outsource your work to us today.
Best web hosting for developers, 70 percent discount through this link only.
Our chatbot agency automates customer support; feel free to ask for a quote.
Looking for a reliable translation of technical documents? Our linguists cover sixty languages.
The SEO of your page can be improved a lot. Our audit is free, reply to get yours.
"""

_HONEST = """
In the second code block you import train_test_split but never use it. Is that on purpose?
I get "ValueError: could not convert string to float: 'male'" at model.fit(X, y). Do I have to encode the Sex column first?
Great tutorial. One question: why do you scale the test set with the mean of the training set and not with its own?
df.groupby('city')['price'].mean() gives me NaN for two cities although there are no missing values. Any idea why?
The link to the dataset is dead (404). I found a copy here: https://github.com/mwaskom/seaborn-data/blob/master/titanic.csv
Could you explain the line [x for x in range(10) if x % 2] once more? I am new to comprehensions.
For those on Windows: use pip install --user, otherwise you get a permission error.
Why does np.dot(a, b) differ from a * b here? Both have shape (3, 3).
Thanks, the picture of the decision boundary finally made me understand what C does.
There is a typo in the third paragraph, "recieve" should be "receive".
I think the formula for the standard error lacks a square root.
With pandas 1.0 append is deprecated, you should use pd.concat([a, b]) instead.
Does this work with Python 2.7 as well? Our server has nothing newer.
How would you do the same in R? I tried dplyr::summarise_all(mean) but factors get in the way.
The plot does not show up in my notebook. Adding %matplotlib inline solved it.
Awesome, exactly what I needed for my homework on k-means!
I followed each step but my accuracy is 0.52 instead of 0.87. My notebook: https://colab.research.google.com/drive/1aBcD
import tensorflow as tf
Shouldn't it be range(len(lst) - 1)? Otherwise lst[i + 1] is out of bounds in the last round.
Very clear explanation of broadcasting, thank you.
You might want to mention that == and is differ for strings: a is b was True for me by luck.
For large files I would use chunksize=100000 in read_csv, or dask.
What is the difference between a left join and a merge with how='left'? Or are these the same?
Nice overview! You could add DuckDB to the list of tools, it reads CSV files directly.
On a Mac you must run `brew install libomp` before xgboost can be imported.
I prefer data.table for this: DT[, mean(x), by = g] is ten times as fast on my data.
Error in library(tidyverse) : there is no package called 'tidyverse'. What am I doing wrong?
The answer on https://stackoverflow.com/questions/11346283 helped me with renaming the columns.
Is there a video of this as well? I learn better by listening.
When will part 3 be published? I can't wait.
The regression line in figure 4 seems to be upside down.
Could anybody tell me what random_state=42 is for?
SELECT name, COUNT(*) FROM users GROUP BY name HAVING COUNT(*) > 1; works in MySQL too, by the way.
Why 0.05? Who decided that this is the threshold for significance?
I disagree with the statement that Java is slower. On my machine the JVM version took 1.2 s and the Python one 14 s.
Thank you so much, I passed my interview thanks to this article!
Just a note: the CSV uses semicolons, so sep=';' is needed.
I get a KeyError: 'date' in the cell with df['date'].dt.year, although df.columns shows it. There was a space in the name, solved.
Would it be better to use an LSTM here?
Has anybody tried this on a Raspberry Pi? It takes forever on mine.
This helped me a lot, especially the part about overfitting.
Small correction: lists are not arrays, they hold references.
Where do I find the file ratings.csv? It isn't in the repository.
Good article, but I miss a word about class imbalance.
In the exercise 2.3 the expected output says [1, 4, 9], but my solution print([i**2 for i in (1,2,3)]) is refused.
I use conda, and for me `conda install -c conda-forge lightgbm` did it.
So if I understand correctly, the intercept is the mean of y when all x are centred?
Please also cover how to deploy it. Flask or FastAPI?
You write that the median is robust. What if more than half of the values are outliers?
The code is cut off at the right on my phone.
Excellent work, but please use colours that people who are colour blind can tell apart.
I had to change `from sklearn.cross_validation import KFold` to `from sklearn.model_selection import KFold`.
Why not just use a for loop? It's easier to read.
Thanks Maria! Your explanations are always a pleasure.
How can I cite this article in my thesis?
The documentation says otherwise: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.drop.html
ggplot(mtcars, aes(wt, mpg)) + geom_point() + facet_wrap(~cyl) is a shorter way to get the same figure.
For me it prints None. Oh, I forgot the return. Sorry!
Can I use this for time series? My data is hourly from 2015 to 2019.
What happens if two words have the same tf-idf?
I wrote a little package that does this in one call, if anybody is interested: https://quickprofile.example/docs/
The first example is wrong: 7 // 2 is 3, not 3.5.
Hi Karlijn, could you share the slides of your talk?
@Sam: you have to call plt.show() after each figure.
Spyder shows "kernel died, restarting" as soon as I import cv2. Any hint?
Why is the p-value printed as 2e-16? Can it be zero?
Very helpful! I have used lambda for years without knowing that default arguments are bound early.
Is SQL still worth learning in 2020?
I'd love to see the same comparison with Julia.
This isn't true for Postgres, there the comparison is case sensitive.
The sample size is far too small for this conclusion, n = 12.
I think you mixed up precision and recall in the table.
Could you please upload the notebook? Copying from the page adds line numbers.
`git push origin master` is rejected: "updates were rejected because the remote contains work that you do not have". What now?
You can do that with one line of awk: awk -F, '{s+=$3} END {print s}' file.csv
Great post. Hadley's book (http://r4ds.had.co.nz) has a whole chapter on this as well.
Which version of Keras did you use? In 2.3 model.predict_classes still exists, later it doesn't.
I'm stuck at the installation. It says 'python' is not recognized as an internal or external command.
That's what I was looking for, thanks a lot!
What a nice introduction to Bayes. The example with the two coins is brilliant.
Is the mean squared error divided by n or by n - 1?
The bar chart would be easier to read if it were sorted.
Hello, I'm from Brazil and I learn English and Python at the same time with your site.
Could I use a random forest if I have more columns than rows?
For anyone with the same problem: the encoding must be latin-1.
I still don't see why we need a virtual environment.
The function returns a view and not a copy, so df[df.a > 0]['b'] = 1 changes nothing.
How much RAM do I need for the full dataset?
Nice! Did you try it with early stopping? I got 0.91 after 35 epochs.
One more vote for a dark theme.
There's a much simpler way: from collections import Counter; Counter(words).most_common(5)
Why does 0.1 + 0.2 == 0.3 give False?
If you're on Ubuntu 18.04, apt-get install r-base gives you R 3.4, which is too old for this package.
I translated your article to Turkish, is that all right with you?
The author says that the data are normal, but the QQ plot shows heavy tails.
My professor told us never to use pie charts, and after reading this I know why.
It would be nice if the exercises had solutions.
Do you know of a similar tool for Stata users?
I tried Metabase and Superset before, and Superset has the better charts; Metabase is easier for colleagues who don't know SQL.
We use Airflow at work for the same purpose, and cron before that. Airflow's web interface alone is worth it.
SeekTable can do pivot tables on CSV files too, in case somebody needs it without code.
Jupyter Lab has this built in now: View, then Show Line Numbers.
Thank you for the clear article. I wonder how the results change with stopwords left in.
Your confusion matrix has the axes swapped compared to scikit-learn.
What does the asterisk mean in def f(*args)?
I believe the learning rate is too high, the loss goes up and down.
Does anyone have the answers to the quiz? I got 8 of 10.
Can somebody explain the difference between fit and fit_transform like I'm five?
The last image is missing.
Good point about leakage. I made this very mistake at work last year.
Hi! I get different clusters at each run. Is that normal?
Shouldn't we drop one of the dummies? pd.get_dummies(df, drop_first=True)
Is there any way to speed up apply? 2 million rows take 40 minutes.
I am on 3.8 and `import imp` still works, with a warning.
This is a bad idea in production: eval(input()) runs whatever the user types.
Not everything in here is right. An index doesn't always make queries faster; try EXPLAIN.
Very well written, even my manager understood it.
Could you add the date to your articles? I never know whether they are still valid.
The R squared of 0.99 is suspicious, I think the target is among the features.
Where does the number 1.96 come from?
I solved it with df.loc[df['age'].isna(), 'age'] = df['age'].median().
Thanks! It works now.
ok got it, thank you
same problem here
Any news on this?
+1 for a PDF version
Does it also work offline?
Love this series.
I have read three articles about attention today, and this is the only one that I understood.
The second derivative in equation 7 has the wrong sign, please check.
Please compare it with LightGBM next time; our team moved from XGBoost last year and never looked back.
As a nurse who is learning to code at night: thank you for not assuming that everybody has a degree in maths.
Is the certificate of this course recognised by employers? I already pay for the subscription.
I cancelled my subscription because the app lost my progress twice. The articles are great though.
pip install kaggle, then put kaggle.json into ~/.kaggle, then kaggle competitions download -c titanic. Took me an hour to find out.
You can call me a beginner, but why is the index at 0 and not at 1?
Our library has the book by Wickham, you can borrow it for free instead of buying it.
My data has phone numbers such as 0171 555 0123, and read_csv drops the first zero. dtype=str fixes it.
How do I match an e-mail address with a regular expression? I have r'[\\w.]+@\\w+\\.com' and it misses .org.
The requests library is simpler: requests.get('https://api.github.com/users/octocat').json()['name']
Here's my solution to the challenge: https://gist.github.com/anna/5f3c9d (comments welcome)
Which printer driver has to do with this? My `lp` command prints the plot in grey only.
I teach at a school and would like to use your figures in a worksheet. Whom may I ask?
Watching the loss fall is better than any series on Netflix.
Thank you, this saved my weekend. One thing: the example needs numpy >= 1.17 for default_rng.
The movie recommendation example always recommends Star Wars to me, is it because of popularity bias?
If someone wants to practise, the free exercises on https://www.w3resource.com/pandas/index.php are not bad.
I don't think that outsourcing is the reason, the wage data in figure 3 says the opposite.
"""


def articles() -> list[Reply]:
    """Some 150 pieces of advertising and as many honest comments, in this order."""
    return [
        Reply(text, is_spam, "articles")
        for texts, is_spam in ((_SPAM, True), (_HONEST, False))
        for text in texts.strip().splitlines()
    ]
